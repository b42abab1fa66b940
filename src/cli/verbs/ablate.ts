// `ablate NET --swap act=hswish`: what one design choice costs: parameters, MACs and, in interleaved pairs, milliseconds; sweeps are many swaps.
import { applySwap, parseSwap, SwapError, swapText, type Swap } from '../../graph/search/ablation/swap.ts';
import { earlierStrides, parseSweep, swapsOf } from '../../graph/search/ablation/sweep.ts';
import { check } from '../../graph/notation/check.ts';
import { print } from '../../graph/notation/print.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { countsOf, timeVariant, type Counts } from '../../workers/engine/ablation.ts';
import { includesZero } from '../../workers/engine/estimate.ts';
import type { Pairs } from '../../workers/engine/pairs.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import { gpuOptions, openWhere, precisionOf, whereOptions } from '../gpu-device.ts';
import { buildGraph, openSource, refuseQuantized } from '../source.ts';
import { textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** One row of `ablate --json`; stable. */
interface AblationRow {
  readonly swap: string;
  /** Block lines that changed, from 1; empty where only the header did. */
  readonly lines: readonly number[];
  readonly params: number;
  readonly macs: number;
  readonly delta: Counts;
  /** Null without a device. */
  readonly ms: Pairs | null;
  /** Null where it was not asked for. */
  readonly back: Pairs | null;
  readonly text: string;
}

export const ablate: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Swaps design choices of a net, one at a time: what each does to parameters, MACs and, timed in interleaved pairs, milliseconds.',
  options: [
    {
      name: 'swap',
      value: 'WHAT=TO[@LINE]',
      doc: 'act, norm, k (kernel), se or ca (attention), e (expansion), block, width, input, or any argument of a block; several with ";" between them.',
    },
    {
      name: 'sweep',
      value: 'WHAT[=A,B][@LINE]',
      doc: 'One choice through all its values: k, e, width, input or given ones; strides: each a line earlier, as FD-MobileNet.',
    },
    { name: 'back', doc: 'Also times each net after its swap was taken back, which must make no difference.' },
    {
      name: 'pairs',
      value: 'N',
      range: { min: 7, max: 1000, integer: true },
      doc: 'Pairs of runs for each swap; 15 when not given.',
    },
    ...whereOptions,
    ...gpuOptions.filter(({ name }) => name === 'precision'),
    { name: 'csv', doc: 'Print comma-separated values instead of a table.' },
    json,
  ],
  async run({ positionals, word, flag, number }, console) {
    const [name = ''] = positionals;
    refuseQuantized(name);
    const source = openSource(name);
    const graph = buildGraph(source);
    const text = print(source.architecture);
    const swaps = swapsGiven(word('swap'), word('sweep'));
    const swapped = [
      ...swaps.map((swap) => ({ name: swapText(swap), ...made(text, swap) })),
      ...(word('sweep') === strides
        ? earlierStrides(text).map(({ text: earlier, from, to }) => ({
            name: `stride ${from}→${to}`,
            text: earlier,
            lines: [to, from],
            back: text,
          }))
        : []),
    ];
    if (swapped.length === 0) throw new NetError('no stride of this net can stand a line earlier.');
    const open = await openWhere(word);
    const [pairs, before] = [number('pairs') ?? 15, countsOf(graph)];
    const time = (variant: InferredGraph, device: OpenDevice): Promise<Pairs> =>
      timeVariant(device, graph, variant, precisionOf(device, word('precision')), { pairs, budgetMs: Infinity });
    const rows: AblationRow[] = [];
    for (const { name: swap, text: changed, lines, back } of swapped) {
      const variant = graphOf(changed, name);
      const after = countsOf(variant);
      rows.push({
        swap,
        lines,
        ...after,
        delta: { params: after.params - before.params, macs: after.macs - before.macs },
        ms: open ? await time(variant, open) : null,
        back: open && flag('back') ? await time(graphOf(back, name), open) : null,
        text: changed,
      });
    }
    const adapter = open && { description: open.adapter.description, software: open.adapter.software };
    open?.device.destroy();
    if (flag('json'))
      console.out(JSON.stringify({ net: name, ...before, adapter: adapter ?? null, rows }, undefined, 2));
    else if (flag('csv')) for (const line of [csvHead, ...rows.map(cells)]) console.out(line.map(csvCell).join(','));
    else for (const line of report(name, before, rows, adapter)) console.out(line);
    return 0;
  },
};

/** FD-MobileNet’s plot: no value of one argument, but an edit of two lines. */
const strides = 'strides';

function swapsGiven(swap: string | undefined, sweep: string | undefined): Swap[] {
  if (swap === undefined && sweep === undefined)
    throw new UsageError('what is swapped? Give --swap act=hswish, or --sweep k@5.');
  try {
    return [
      ...(swap?.split(';').map((one) => parseSwap(one)) ?? []),
      ...(sweep === undefined || sweep === strides ? [] : swapsOf(parseSweep(sweep))),
    ];
  } catch (error) {
    if (error instanceof SwapError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

function made(text: string, swap: Swap) {
  try {
    return applySwap(text, swap);
  } catch (error) {
    if (error instanceof SwapError) throw new NetError(`${error.message}.`);
    throw error;
  }
}

const graphOf = (text: string, name: string): InferredGraph => check(text, name).graph as InferredGraph;

const csvHead = ['swap', 'lines', 'params', 'Δ params', 'MACs', 'Δ MACs', 'ms', 'Δ ms', 'low', 'high', 'wins', 'pairs'];
const csvCell = (cell: string): string => (/[,"]/.test(cell) ? `"${cell}"` : cell);

const cells = ({ swap, lines, params, macs, delta, ms }: AblationRow): string[] => [
  swap,
  lines.join(' '),
  String(params),
  String(delta.params),
  String(macs),
  String(delta.macs),
  ...(ms
    ? [ms.bMs, ms.difference.value, ...ms.difference.interval].map((value) => value.toFixed(4))
    : ['', '', '', '']),
  ms ? String(ms.wins) : '',
  ms ? String(ms.pairs) : '',
];

const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
const interval = ({ difference }: Pairs): string =>
  `${signed(difference.value, 3)} [${difference.interval.map((end) => signed(end, 3)).join(', ')}]${includesZero(difference) ? ' none shown' : ''}`;

function report(
  name: string,
  { params, macs }: Counts,
  rows: readonly AblationRow[],
  adapter: { readonly description: string; readonly software: boolean } | undefined,
): string[] {
  const timed = rows.some(({ ms }) => ms !== null);
  const returned = rows.some(({ back }) => back !== null);
  return [
    `${name}: ${params} parameters, ${(macs / 1e6).toFixed(2)} MMAC`,
    ...(adapter
      ? [`${adapter.description}${adapter.software ? ' (a CPU adapter: these times say nothing about GPUs)' : ''}`]
      : []),
    '',
    ...textTable(
      [
        { title: 'swap' },
        { title: 'lines' },
        { title: 'Δ params', right: true },
        { title: 'Δ MMAC', right: true },
        ...(timed ? [{ title: 'ms', right: true }, { title: 'Δ ms [95 %]' }, { title: 'faster in' }] : []),
        ...(returned ? [{ title: 'swapped back: Δ ms [95 %]' }] : []),
      ],
      rows.map(({ swap, lines, delta, ms, back }) => [
        swap,
        lines.length > 0 ? lines.join(' ') : 'header',
        signed(delta.params, 0),
        signed(delta.macs / 1e6, 2),
        ...(ms ? [ms.bMs.toFixed(3), interval(ms), `${ms.wins} of ${ms.pairs} pairs`] : []),
        ...(back ? [interval(back)] : []),
      ]),
    ),
  ];
}
