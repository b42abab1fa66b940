// Labels, teachers and targets of a record's batch, drawn by name.
import type { TargetName, Targets } from '../loss.ts';
import { draws, symmetric } from './random.ts';

/** Targets of a batch, `.0` for the first, for `rows` of `columns` outputs. */
export function recordTargets(
  salt: string,
  batch: string,
  names: readonly TargetName[],
  rows: number,
  columns: number,
): Targets {
  const target = (): Float32Array => symmetric(salt, `target${batch}`, rows * columns);
  const near = (name: string, scale: number): Float32Array => {
    const centre = target();
    return draws(salt, `${name}${batch}`, rows * columns).reduce(
      (sum, u, i) => {
        sum[i] = (centre[i] as number) + scale * (2 * u - 1);
        return sum;
      },
      new Float32Array(rows * columns),
    );
  };
  const make: Readonly<Record<TargetName, () => ArrayLike<number>>> = {
    label: () => draws(salt, `label${batch}`, rows).map((u) => Math.floor(u * columns)),
    teacher: () => symmetric(salt, `teacher${batch}`, rows * columns, 4),
    target,
    tough: () => near('tough', 0.2),
    tolerant: () => near('tolerant', 0.4),
  };
  return Object.fromEntries(names.map((name) => [name, make[name]()]));
}
