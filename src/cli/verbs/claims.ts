// `claims [PAPER]`: what papers say in numbers beside what is counted here and, with --measure, timed in interleaved pairs on this device.
import type { Claim, Paper } from '../../graph/claims/claim.ts';
import { papers } from '../../graph/claims/papers/index.ts';
import { countHere, sideGraph } from '../../graph/claims/side.ts';
import { countVerdict, pairVerdict, verdictText, type ClaimVerdict } from '../../graph/claims/verdict.ts';
import { nearest } from '../../graph/notation/nearest.ts';
import { timeVariant } from '../../workers/engine/ablation.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import type { Pairs } from '../../workers/engine/pairs.ts';
import { gpuOptions, openGpu, precisionOf } from '../gpu-device.ts';
import { textTable } from '../text-table.ts';
import { json, UsageError, type Console, type Verb } from '../verb.ts';

/** One row of `claims --json`; stable. */
interface ClaimRow extends Pick<Claim, 'id' | 'says' | 'figure' | 'source'> {
  readonly paper: string;
  readonly device: string | null;
  readonly test: Claim['test']['kind'];
  /** The paper's number where it is one: a count, or time of b ÷ time of a. */
  readonly printed: number | null;
  /** The same number here; null before it was measured. */
  readonly here: number | null;
  /** 95 % interval of `here`, where it is a time's. */
  readonly interval: readonly [number, number] | null;
  readonly pairs: Pairs | null;
  readonly verdict: ClaimVerdict | null;
  /** Why it differs, or why it is not tested here. */
  readonly why: string | null;
}

export const claims: Verb = {
  operands: '[PAPER]',
  count: { min: 0, max: 1 },
  doc: 'What each paper claims beside what is counted here; --measure times its comparisons in interleaved pairs on this device.',
  options: [
    { name: 'measure', doc: 'Times the pairs of PAPER, or of all papers.' },
    { name: 'only', value: 'CLAIM', doc: 'One claim of PAPER.' },
    {
      name: 'pairs',
      value: 'N',
      range: { min: 7, max: 1000, integer: true },
      doc: 'Pairs of runs for each comparison; 15 when not given.',
    },
    ...gpuOptions,
    json,
  ],
  async run({ positionals, flag, word, number }, console) {
    const [asked] = positionals;
    const measured = flag('measure');
    if (asked === undefined && !measured && word('only') === undefined) {
      if (flag('json')) console.out(JSON.stringify(papers, undefined, 2));
      else for (const line of overview()) console.out(line);
      return 0;
    }
    const chosen = (asked === undefined ? papers : [paperCalled(asked)]).flatMap((paper) =>
      paper.claims.filter(({ id }) => id === (word('only') ?? id)).map((claim) => ({ paper, claim })),
    );
    if (chosen.length === 0) throw new UsageError(`there is no claim "${word('only')}"; claims PAPER lists them.`);
    const open = measured ? await openGpu(word('adapter')) : undefined;
    const precision = open && precisionOf(open, word('precision'));
    const rows: ClaimRow[] = [];
    for (const { paper, claim } of chosen) {
      const { test } = claim;
      if (open && test.kind === 'pair') console.err(`${paper.id} ${claim.id}`);
      const pairs =
        open && precision && test.kind === 'pair'
          ? await timeVariant(open, sideGraph(test.a), sideGraph(test.b), precision, {
              pairs: number('pairs') ?? 15,
              budgetMs: Infinity,
            })
          : null;
      rows.push(rowOf(paper, claim, pairs));
    }
    print(rows, open, flag('json'), console);
    open?.device.destroy();
    return 0;
  },
};

function paperCalled(asked: string): Paper {
  const found = papers.find(({ id, arxiv }) => id === asked || arxiv === asked);
  if (found) return found;
  const near = nearest(
    asked,
    papers.map(({ id }) => id),
  );
  throw new UsageError(`no paper is called "${asked}"; ${near ? `did you mean ${near}?` : 'claims lists them all.'}`);
}

function rowOf(paper: Paper, claim: Claim, pairs: Pairs | null): ClaimRow {
  const { id, says, figure, source, device, test, why } = claim;
  const count = test.kind === 'count' ? countHere(test) : null;
  return {
    paper: paper.id,
    id,
    says,
    figure,
    device: device ?? null,
    source,
    test: test.kind,
    printed: test.kind === 'count' ? test.printed : test.kind === 'pair' ? (test.ratio ?? null) : null,
    here: count ?? pairs?.ratio.value ?? null,
    interval: pairs?.ratio.interval ?? null,
    pairs,
    verdict:
      test.kind === 'count'
        ? countVerdict(test, count as number)
        : test.kind === 'pair' && pairs
          ? pairVerdict(test, pairs.ratio)
          : null,
    why: why ?? ('why' in test ? test.why : null),
  };
}

function overview(): string[] {
  const of = (paper: Paper, kind: Claim['test']['kind']): string =>
    String(paper.claims.filter(({ test }) => test.kind === kind).length || '');
  return [
    ...textTable(
      [
        { title: 'paper' },
        { title: 'title' },
        { title: 'pairs', right: true },
        { title: 'counts', right: true },
        { title: 'in another view', right: true },
        { title: 'not here', right: true },
      ],
      papers.map((paper) => [
        paper.id,
        paper.title.length > 60 ? `${paper.title.slice(0, 59)}…` : paper.title,
        of(paper, 'pair'),
        of(paper, 'count'),
        of(paper, 'elsewhere'),
        of(paper, 'none'),
      ]),
    ),
    '',
    `${papers.length} papers. claims PAPER shows what one says beside what is counted here; --measure times its pairs.`,
  ];
}

function print(rows: readonly ClaimRow[], open: OpenDevice | undefined, asJson: boolean, console: Console): void {
  const adapter = open && { description: open.adapter.description, software: open.adapter.software };
  if (asJson) {
    console.out(JSON.stringify({ adapter: adapter ?? null, rows }, undefined, 2));
    return;
  }
  if (adapter)
    console.out(
      `${adapter.description}${adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : ''}`,
    );
  for (const row of rows) {
    console.out(`${row.paper} ${row.id}: ${row.says}`);
    console.out(`  paper: ${row.figure}${row.device === null ? '' : ` (${row.device})`}`);
    console.out(`  here:  ${hereText(row)}`);
    if (row.why !== null) console.out(`  why:   ${row.why}`);
    console.out(`  source: ${row.source.where}, ${row.source.basis}, ${row.source.url}`);
  }
}

function hereText({ here, pairs, verdict, interval, test }: ClaimRow): string {
  if (test === 'none') return 'not tested here';
  if (test === 'elsewhere') return 'tested in another view';
  if (here === null || verdict === null) return 'not timed; --measure times it';
  if (!pairs || !interval) return `${here < 100 ? here.toPrecision(4) : Math.round(here)} – ${verdictText[verdict]}`;
  const ends = interval.map((end) => end.toFixed(3)).join(' … ');
  return `${here.toFixed(3)} of the time [${ends}], ${pairs.aMs.toFixed(3)} → ${pairs.bMs.toFixed(3)} ms, faster in ${pairs.wins} of ${pairs.pairs} pairs – ${verdictText[verdict]}`;
}
