// What `search` found: its JSON, and the same as lines of text. No per cent of accuracy stands in it: nothing here was trained.
import type { FoundNet } from '../../graph/search/answer.ts';
import type { Genotype } from '../../graph/search/genes.ts';
import type { LatencyTable } from '../../graph/search/latency/table.ts';
import type { Proposal } from '../../graph/search/search.ts';
import type { QualityFacts } from '../../graph/search/quality.ts';
import type { CostName } from '../../graph/search/space/problem.ts';
import { textTable } from '../text-table.ts';

/** The JSON of `search --json`; stable. */
export interface SearchJson {
  readonly format: 'bottleneck-search';
  readonly version: 1;
  readonly space: string;
  readonly spaceText: string;
  readonly method: string;
  readonly seed: number;
  /** Genotype of the net that it began with. */
  readonly from: Genotype | null;
  /** Nets judged: fewer than asked for where the space has no more. */
  readonly evaluations: number;
  readonly objectives: readonly CostName[];
  readonly limits: Partial<Record<CostName, number>>;
  readonly quality: QualityFacts;
  /** What the milliseconds come from; null where nothing asked for them. */
  readonly latency: {
    readonly worth: string;
    readonly check: LatencyTable['check'];
    readonly isReliable: boolean;
    /** Signatures that were asked for and stayed without an entry. */
    readonly estimated: number;
    /** Whether a device was measured meanwhile. */
    readonly measures: boolean;
    /** What was known before the first net. */
    readonly table: LatencyTable;
    /** For each generation what was measured for it. */
    readonly measured: readonly LatencyTable['entries'][];
  } | null;
  /** Nets that no other judged net beats in both, cheapest first. */
  readonly front: readonly FoundNet[];
  /** The front of random search with as many nets. */
  readonly baseline: readonly FoundNet[];
  readonly log: readonly (Pick<Proposal, 'genotype' | 'why'> & {
    readonly generation: number;
    readonly costs: readonly number[];
    readonly violation: number;
    readonly quality: number;
  })[];
}

export function report(found: SearchJson): string[] {
  const isTimed = found.latency !== null;
  const row = ({ genotype, quality, costs, measuredMs }: FoundNet): string[] => [
    ...(isTimed ? [(costs.ms ?? 0).toFixed(3), measuredMs === undefined ? '' : measuredMs.toFixed(3)] : []),
    (costs.macs / 1e6).toFixed(2),
    (costs.params / 1e6).toFixed(3),
    (costs.peak / 1e6).toFixed(2),
    quality.toFixed(3),
    genotype.join(' '),
  ];
  const columns = [
    ...(isTimed
      ? [
          { title: 'ms (table)', right: true },
          { title: 'ms (whole)', right: true },
        ]
      : []),
    { title: 'MMAC', right: true },
    { title: 'M params', right: true },
    { title: 'peak MB', right: true },
    { title: found.quality.source === 'prior' ? 'order' : 'quality', right: true },
    { title: 'choices' },
  ];
  const [best] = found.front.slice(-1);
  return [
    `${found.space}, ${found.method}, seed ${found.seed}, ${found.evaluations} nets judged: ${found.front.length} on the front`,
    '',
    ...textTable(columns, found.front.map(row)),
    '',
    `random search with as many nets: ${found.baseline.length} on its front`,
    ...textTable(columns, found.baseline.map(row)),
    '',
    found.quality.sentence,
    ...(found.latency
      ? [
          `${found.latency.worth}; ${found.latency.estimated} signatures without an entry, estimated from alike kernels`,
          ...(found.latency.isReliable
            ? []
            : [
                'The table does not predict this space well enough to choose by it: go by the nets that are measured whole.',
              ]),
        ]
      : []),
    ...(best
      ? ['', `# the largest of the front: choices ${best.genotype.join(' ')}`, best.text.trimEnd()]
      : ['no net keeps the limits']),
  ];
}
