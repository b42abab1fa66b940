// What crosses the border of the job that searches: a space and limits in, judged nets as they come, the front at the end.
import type { FoundNet } from '../../../graph/search/answer.ts';
import type { Gene, Genotype } from '../../../graph/search/genes.ts';
import type { Entries } from '../../../graph/search/latency/growing.ts';
import type { LatencyTable } from '../../../graph/search/latency/table.ts';
import type { MethodName } from '../../../graph/search/methods/index.ts';
import type { QualityFacts, Training } from '../../../graph/search/quality.ts';
import type { JudgedNet } from '../../../graph/search/search.ts';
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { CostName, Costs } from '../../../graph/search/space/problem.ts';
import type { DeviceFacts, Outcome } from '../../border/protocol.ts';

export interface SearchRequest {
  /** Of the space. */
  readonly name: string;
  readonly spaceText: string;
  readonly method: MethodName;
  readonly seed: number;
  /** Nets judged at most. */
  readonly evaluations: number;
  /** Minimised beside quality, which is maximised. */
  readonly objective: CostName;
  readonly limits: Partial<Record<CostName, number>>;
  /** Nets of the space that were trained; absent: the order by size. */
  readonly trained?: readonly Training[] | undefined;
  /** Genotype that the search begins with. */
  readonly from?: Genotype | undefined;
}

/** A judged net with all its costs; its `key` is its text. */
export interface LoggedNet extends JudgedNet {
  readonly all: Costs;
}

/** Where a search stands: enough to go on with it. */
export interface SearchRecord {
  readonly request: SearchRequest;
  readonly log: readonly LoggedNet[];
  /** Of random search. */
  readonly baseline: readonly LoggedNet[];
  readonly latency?: { readonly table: LatencyTable; readonly measured: readonly Entries[] } | undefined;
}

/** Smallest and largest of a cost in a space as far as was looked, and what the net of every set's first value costs. */
export interface Bounds {
  readonly least: number;
  readonly seed: number;
  readonly most: number;
}

export interface SpaceFacts {
  /** Exact, in decimal digits. */
  readonly size: string;
  readonly genes: readonly Gene[];
  /** Sentences with the line they are about. */
  readonly problems: readonly string[];
  readonly bounds: Partial<Record<CostName, Bounds>>;
}

/** What a net of the front is made of: for each line of the space its share of the multiply-accumulates. */
export type LineShares = readonly (readonly [line: number, share: number])[];

export interface SearchEnd {
  readonly front: readonly FoundNet[];
  readonly shares: readonly LineShares[];
  readonly quality: QualityFacts;
  /** Signatures that were asked for and have no entry: estimated. */
  readonly estimated: number;
}

/** What the worker says on its own while it searches: what came since the last word. */
export interface SearchProgress {
  readonly log: readonly LoggedNet[];
  readonly baseline: readonly LoggedNet[];
  readonly quality?: QualityFacts;
  /** What was measured before the first net, and for each generation so far. */
  readonly latency?: SearchRecord['latency'];
}

/** The device, as the page lends it to a search: calls on the other end of a port. Reject with Error, a sentence. */
export interface LentDevice {
  /** Every signature of `nets`; the others are measured whole besides. */
  table(
    nets: readonly GivenNet[],
    calibration: readonly GivenNet[],
    check: readonly GivenNet[],
    known: Entries,
  ): Promise<LatencyTable>;
}

/** How nets are planned for the lent device. */
export type LentFacts = Pick<DeviceFacts, 'capabilities' | 'limits'>;

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface SearchCalls {
  look(ticket: number, spaceText: string): Promise<Outcome<SpaceFacts>>;
  /** Goes on with a record, or begins one. A device where milliseconds are asked for and no recorded table stands for it. */
  run(
    ticket: number,
    record: SearchRecord,
    device?: { readonly facts: LentFacts; readonly port: MessagePort },
  ): Promise<Outcome<SearchEnd>>;
  /** Texts of nets by their choices; undefined for those that are none. */
  nets(
    ticket: number,
    spaceText: string,
    genotypes: readonly Genotype[],
  ): Promise<Outcome<readonly ({ readonly text: string; readonly costs: Costs } | undefined)[]>>;
}
