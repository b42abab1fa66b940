// Calibration: the folded float net runs on pictures, and every tensor that may become bytes is watched.
import type { FoldedNet } from './fold.ts';
import { channels } from '../lower/steps.ts';
import { whyFloat } from './layers.ts';
import { Observer, type CalibrationMethod } from './observers.ts';
import type { Interval } from './scheme.ts';

/** Values by id of one run of a net on one picture. */
export type RunFloat = (input: Float32Array, keep: readonly string[]) => Promise<ReadonlyMap<string, Float32Array>>;

/** Values that integer layers read or write: what has to be watched. */
export function watchedValues({ program }: Pick<FoldedNet, 'program'>): string[] {
  const ids = program.steps
    .filter((step) => whyFloat(step) === undefined)
    .flatMap((step) => [...step.inputs, ...step.outputs].map(({ id }) => id));
  return [...new Set(ids)];
}

export class Calibration {
  constructor(readonly observers: ReadonlyMap<string, Observer>) {}

  /** Range of every watched value under a method. */
  ranges(method: CalibrationMethod): ReadonlyMap<string, Interval> {
    return new Map([...this.observers].map(([id, observer]) => [id, observer.range(method)]));
  }
}

/**
 * Two runs a picture: extremes, then histograms; only the first for methods that need no histogram. The same pictures give the same
 * ranges. Throws RangeError without pictures.
 */
export async function calibrate(
  net: Pick<FoldedNet, 'program'>,
  run: RunFloat,
  inputs: readonly Float32Array[],
  options: { readonly histograms?: boolean; readonly onPicture?: (done: number, total: number) => void } = {},
): Promise<Calibration> {
  if (inputs.length === 0) throw new RangeError('calibration needs at least one picture');
  const ids = watchedValues(net);
  const widths = new Map(
    net.program.steps.flatMap(({ inputs, outputs }) =>
      [...inputs, ...outputs].map(({ id, shape }) => [id, channels(shape)]),
    ),
  );
  const observers = new Map(ids.map((id) => [id, new Observer(widths.get(id))]));
  const rounds = options.histograms === false ? 1 : 2;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const input of inputs) {
      const values = await run(input, ids);
      for (const [id, observer] of observers) {
        const data = values.get(id);
        if (!data) throw new RangeError(`the run gave no value "${id}"`);
        if (round === 0) observer.watchRange(data);
        else observer.watchHistogram(data);
      }
      options.onPicture?.(++done, rounds * inputs.length);
    }
  }
  return new Calibration(observers);
}
