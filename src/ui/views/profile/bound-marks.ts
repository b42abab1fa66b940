// How the mark of a dispatch shows what it is bound by.
import type { Bound } from '../../../workers/engine/bound.ts';

export const colours: Readonly<Record<Bound, string>> = {
  compute: 'var(--stage-1)',
  memory: 'var(--stage-3)',
  launch: 'var(--stage-4)',
  latency: 'var(--stage-5)',
};
/** Circle, square, triangle, diamond: told apart without colour too. */
export const shape = (bound: Bound | undefined, r: number): string =>
  bound === 'memory'
    ? `M${-r},${-r}H${r}V${r}H${-r}Z`
    : bound === 'launch'
      ? `M0,${-1.25 * r}L${1.2 * r},${r}H${-1.2 * r}Z`
      : bound === 'latency'
        ? `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z`
        : `M${-r},0A${r},${r} 0 1 0 ${r},0A${r},${r} 0 1 0 ${-r},0Z`;
