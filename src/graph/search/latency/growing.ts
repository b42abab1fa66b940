// A latency table that grows while a search goes on: what was measured for a generation is known from that generation's judgement on, also when the
// search is gone through again, so that a log that was cut or is replayed comes out the same.
import type { Plan } from '../../plan/plan.ts';
import { predictor, sortedEntries, type LatencyTable, type Predicted } from './table.ts';

export type Entries = LatencyTable['entries'];

export class GrowingTable {
  readonly #measured: Entries[];
  #known = 0;
  #predict: ((plan: Plan) => Predicted) | undefined;

  /**
   * @param start What was measured before the search.
   * @param measured For each generation what was measured for it, of an earlier run.
   */
  constructor(
    readonly start: LatencyTable,
    measured: readonly Entries[] = [],
  ) {
    this.#measured = [...measured];
  }

  /** For each generation what was measured for it. */
  get measured(): readonly Entries[] {
    return this.#measured;
  }

  /** All that is known now. */
  get table(): LatencyTable {
    const entries = Object.assign({}, this.start.entries, ...this.#measured.slice(0, this.#known)) as Entries;
    return { ...this.start, entries: sortedEntries(new Map(Object.entries(entries))) };
  }

  measuredFor(generations: number): void {
    if (generations === this.#known) return;
    this.#known = generations;
    this.#predict = undefined;
  }

  predict(plan: Plan): Predicted {
    this.#predict ??= predictor(this.table);
    return this.#predict(plan);
  }

  /** Adds what was measured for a generation, once: an earlier run's stay. */
  add(generation: number, entries: Entries): void {
    while (this.#measured.length < generation) this.#measured.push({});
    if (this.#measured.length > generation) return;
    this.#measured.push(entries);
    this.#predict = undefined;
  }

  /** Whether a generation's measurements are here already. */
  has(generation: number): boolean {
    return this.#measured.length > generation;
  }
}
