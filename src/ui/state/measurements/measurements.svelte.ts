// What this page measured itself, one measurement a net, found by the net's hash: everything that shows times is derived from it.
import type { Plan } from '../../../graph/plan/plan.ts';
import type { RunRecord } from './record.ts';

/** A measurement and the plan that it was made with. */
export interface Measured {
  readonly record: RunRecord;
  readonly plan: Plan;
  /** A first look only: the steadier numbers did not come, since something else took over. */
  readonly first?: boolean;
}

/** Nets that are remembered. */
const kept = 20;

export class Measurements {
  #results = $state.raw<ReadonlyMap<string, Measured>>(new Map());

  of(hash: string): Measured | undefined {
    return this.#results.get(hash);
  }
  /** True when the net was measured to the end. */
  has(hash: string): boolean {
    return this.of(hash)?.first === false;
  }
  /** The newest one, of whichever net. */
  get last(): Measured | undefined {
    return [...this.#results.values()].at(-1);
  }

  /** Later loads of a net find its shaders compiled: cold is what the first one was. */
  keep({ record, plan, first = false }: Measured): void {
    const { hash } = record;
    const cold = this.of(hash)?.record.cold ?? record.cold;
    const others = [...this.#results].filter(([other]) => other !== hash);
    this.#results = new Map([...others.slice(1 - kept), [hash, { record: { ...record, cold }, plan, first }]]);
  }
}
