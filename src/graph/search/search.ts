// A search is a fold over its log: methods propose from what was folded, and a log that was cut goes on as if it had not been.
import type { Gene, Genotype } from './genes.ts';

/** What a net costs, which is known without training or running it. */
export interface Cost {
  /** Names the net: genotypes with one key are the same net. */
  readonly key: string;
  /** Latency, MACs, parameters…: smaller is better. */
  readonly costs: readonly number[];
  /** By how much the limits are missed, as a share of the limit, summed; 0 is feasible. */
  readonly violation: number;
}

/** What is searched: a space, the costs of its nets, and how good one is. */
export interface SearchProblem {
  readonly genes: readonly Gene[];
  /** Undefined where the genotype is no net. Cheap: asked for many nets that are then not judged. */
  cost(genotype: Genotype): Cost | undefined;
  /** Quality, larger is better. Dear: asked once a net. */
  judge(genotype: Genotype): number;
  /** Whether a gene has a say in this genotype: genes of an alternative that is not chosen have none. */
  active?(genotype: Genotype, gene: number): boolean;
  /** From here on costs are those known after what was measured for the first so many generations: told again where a log is gone through again. */
  measuredFor?(generations: number): void;
}

/** A genotype to judge and how it came about. */
export interface Proposal {
  readonly genotype: Genotype;
  readonly why: 'random' | 'seed' | 'mutation' | 'crossover';
}

/** One line of the log. */
export interface JudgedNet extends Proposal, Cost {
  readonly generation: number;
  readonly quality: number;
}

/** What a method may ask while it proposes. */
export interface SearchContext {
  readonly problem: SearchProblem;
  readonly seed: number;
  readonly generation: number;
  /** Whether a net of this key was judged, or was proposed in this generation. */
  isKnown(key: string): boolean;
}

/** A way to search. Everything that it knows is in its state, and its state is a fold over generations. */
export interface SearchMethod<State = unknown> {
  readonly name: string;
  readonly start: State;
  /** The nets of the next generation; none: the method is done. */
  propose(state: State, context: SearchContext): readonly Proposal[];
  fold(state: State, generation: readonly JudgedNet[]): State;
}

/** How often a method tries for a net that is new and feasible before it takes what there is. */
export const tries = 200;

/** A search that stands somewhere; `log` is all of it. */
export class Search<State> {
  readonly #known = new Set<string>();
  readonly #log: JudgedNet[] = [];
  #state: State;
  #generation = 0;
  #waiting: readonly Proposal[] = [];
  #current: JudgedNet[] = [];

  /** @param log What an earlier part of the same search logged: it goes on behind it. */
  constructor(
    readonly problem: SearchProblem,
    readonly method: SearchMethod<State>,
    readonly seed: number,
    log: readonly JudgedNet[] = [],
  ) {
    this.#state = method.start;
    // Whole generations are folded; only of the last one it must be known what is left of it.
    const last = log.at(-1)?.generation ?? 0;
    for (const evaluation of log) {
      if (evaluation.generation !== this.#generation) this.#fold();
      if (evaluation.generation === last && this.#waiting.length === 0) this.#waiting = this.#propose();
      this.#take(evaluation);
    }
  }

  get log(): readonly JudgedNet[] {
    return this.#log;
  }

  /** The generation at hand. */
  get generation(): number {
    return this.#generation;
  }

  /** Those of the generation at hand that are not judged yet; none: the method is done. */
  get waiting(): readonly Genotype[] {
    this.#next();
    return this.#waiting.slice(this.#current.length).map(({ genotype }) => genotype);
  }

  /** Judges one net more; false where the method has none left. */
  step(): boolean {
    const proposal = this.#next();
    if (!proposal) return false;
    const cost = this.problem.cost(proposal.genotype)!;
    this.#take({ ...proposal, ...cost, generation: this.#generation, quality: this.problem.judge(proposal.genotype) });
    return true;
  }

  /** The net to judge next: of this generation, or of the next one, which is proposed when this one is whole. */
  #next(): Proposal | undefined {
    if (this.#current.length === this.#waiting.length) {
      if (this.#current.length > 0) this.#fold();
      this.#waiting = this.#propose();
    }
    return this.#waiting[this.#current.length];
  }

  #fold(): void {
    this.#state = this.method.fold(this.#state, this.#current);
    this.#generation++;
    this.#current = [];
  }

  #propose(): readonly Proposal[] {
    this.problem.measuredFor?.(this.#generation);
    const proposed = new Set<string>();
    const isKnown = (key: string): boolean => this.#known.has(key) || proposed.has(key);
    const context = { problem: this.problem, seed: this.seed, generation: this.#generation, isKnown };
    const proposals = this.method.propose(this.#state, context).filter(({ genotype }) => {
      const cost = this.problem.cost(genotype);
      if (!cost || isKnown(cost.key)) return false;
      proposed.add(cost.key);
      return true;
    });
    this.problem.measuredFor?.(this.#generation + 1);
    return proposals;
  }

  #take(evaluation: JudgedNet): void {
    this.#known.add(evaluation.key);
    this.#current.push(evaluation);
    this.#log.push(evaluation);
  }
}

/** Runs a search to its end or to a number of judged nets; returns its log. */
export function runSearch<State>(
  problem: SearchProblem,
  method: SearchMethod<State>,
  seed: number,
  evaluations: number,
  log: readonly JudgedNet[] = [],
): readonly JudgedNet[] {
  const search = new Search(problem, method, seed, log);
  while (search.log.length < evaluations && search.step());
  return search.log;
}
