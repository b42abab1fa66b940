// A chart of a few series over one axis as plain numbers: where its points, its ticks and its axes' ends are.
import { scaleLinear, scaleLog } from 'd3-scale';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the 95 % interval of `y`. */
  readonly low?: number;
  readonly high?: number;
  /** What the line below the chart says of it. */
  readonly text: string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

export interface Axis {
  readonly title: string;
  readonly log?: boolean;
  /** A linear axis that begins at zero: lengths can be compared. */
  readonly zero?: boolean;
  readonly text: (value: number) => string;
  /** Where the ticks are, in place of round numbers. */
  readonly ticks?: readonly number[];
}

export const chartMargin = { left: 62, right: 14, top: 22, bottom: 34 } as const;

const tickPixels = { x: 80, y: 34 } as const;

/** Of one axis: pixels of a value, and ticks of which the texts have room. A logarithmic axis leaves out what is not above zero. */
function axisOf(values: readonly number[], [from, to]: readonly [number, number], axis: Axis, pixels: number) {
  const kept = axis.log ? values.filter((value) => value > 0) : values;
  const [least, most] = [Math.min(...kept), Math.max(...kept)];
  const pad = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  const scale = axis.log
    ? scaleLog([least / 1.4, most * 1.4], [from, to])
    : scaleLinear([axis.zero ? Math.min(0, least) : least - pad, most + pad], [from, to]);
  const room = Math.max(2, Math.floor(Math.abs(to - from) / pixels));
  const all = axis.ticks ?? (axis.log ? decades(scale.domain(), room) : scale.ticks(room));
  const step = Math.ceil(all.length / room);
  return {
    at: (value: number): number => scale(value),
    ticks: all.filter((_, i) => i % step === 0).map((value) => ({ at: scale(value), text: axis.text(value) })),
  };
}

/** Powers of ten; halves and fifths too where there is room. */
function decades([from = 1, to = 1]: readonly number[], room: number): number[] {
  const span = Math.log10(to / from);
  const steps = span * 3 <= room ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++)
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= from && value <= to) ticks.push(value);
    }
  return ticks;
}

export function layOut(series: readonly Series[], x: Axis, y: Axis, width: number, height: number) {
  const points = series.flatMap((one) => one.points);
  const { left, right, top, bottom } = chartMargin;
  const across = axisOf(
    points.map((point) => point.x),
    [left, width - right],
    x,
    tickPixels.x,
  );
  const up = axisOf(
    points.flatMap(({ y: value, low = value, high = value }) => [low, value, high]),
    [height - bottom, top],
    y,
    tickPixels.y,
  );
  const drawn = ({ x: a, y: b }: ChartPoint): boolean => (!x.log || a > 0) && (!y.log || b > 0);
  return {
    x: across,
    y: up,
    lines: series.map(({ name, points: own }) => {
      const marks = own.filter(drawn).map((point) => ({
        point,
        x: across.at(point.x),
        y: up.at(point.y),
        ...(point.low !== undefined &&
          point.high !== undefined &&
          (!y.log || point.low > 0) && { low: up.at(point.low), high: up.at(point.high) }),
      }));
      return { name, marks, path: marks.map((mark, i) => `${i ? 'L' : 'M'}${mark.x},${mark.y}`).join('') };
    }),
  };
}
