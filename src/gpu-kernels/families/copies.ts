// Families that only move elements: `concat`, `slice`, `transpose`, `reshape`, `unfold`, `pixelShuffle`, `padChannels` and `prependToken`.
import { elements, type Shape } from '../op.ts';
import type { Numbers, StepShape } from '../step.ts';
import type { FamilyOf, NoAttrs, StepData } from './family.ts';
import { shapeOf, stored } from './riders.ts';
import type { Window } from './window.ts';

/** All inputs along `axis` (any axis). */
export interface ConcatAttrs {
  readonly axis: number;
}

/** `start` (inclusive) and the output's own size along `axis`, every `step`-th element. */
export interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
}

/** Output axis i is input axis `order[i]`. */
export interface TransposeAttrs {
  readonly order: readonly number[];
}

/** im2col: `[N, H, W, C]` → tokens `[N, H'·W', C·KH·KW]`, channel slowest (PyTorch's order: c·KH·KW + ky·KW + kx). */
export interface UnfoldAttrs extends Window {
  /** W': windows in a row. */
  readonly columns: number;
}

const flat = (shape: Shape, place: readonly number[]): number =>
  place.reduce((at, index, axis) => at * (shape[axis] as number) + index, 0);

/** Every output element by its place: what `element` says. */
function gathered(
  step: StepShape<string, unknown>,
  data: StepData,
  element: (place: readonly number[], at: number) => number,
): Float64Array[] {
  const shape = shapeOf(step.outputs[0]);
  const values = Float64Array.from({ length: elements(shape) }, (_, at) => {
    const place = new Array<number>(shape.length);
    let rest = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return element(place, at);
  });
  return stored(step, values, data);
}

export const concat: FamilyOf<ConcatAttrs> = {
  reference(step, data) {
    const { axis } = step.attrs;
    return gathered(step, data, (place) => {
      let part = 0;
      let index = place[axis] as number;
      while (index >= (shapeOf(step.inputs[part])[axis] as number))
        index -= shapeOf(step.inputs[part++])[axis] as number;
      return data.inputs[part]![flat(shapeOf(step.inputs[part]), place.with(axis, index))]!;
    });
  },
};

export const slice: FamilyOf<SliceAttrs> = {
  reference(step, data) {
    const { axis, start, step: every } = step.attrs;
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    return gathered(step, data, (place) => x[flat(shape, place.with(axis, start + (place[axis] as number) * every))]!);
  },
};

export const transpose: FamilyOf<TransposeAttrs> = {
  reference(step, data) {
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    const from = shape.map((_, axis) => step.attrs.order.indexOf(axis));
    return gathered(step, data, (place) => {
      return x[
        flat(
          shape,
          from.map((axis) => place[axis] as number),
        )
      ]!;
    });
  },
};

/** Same elements in row-major order of the logical shape; lowering drops it where the stored bytes are equal. */
export const reshape: FamilyOf<NoAttrs> = {
  reference: (step, data) => stored(step, Float64Array.from(data.inputs[0] as Numbers), data),
};

export const unfold: FamilyOf<UnfoldAttrs> = {
  reference(step, data) {
    const { kernel, stride, dilation, pads, columns } = step.attrs;
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    const [, height, width] = shape as [number, number, number, number];
    return gathered(step, data, ([n, token, feature]) => {
      const [tap, c] = [
        (feature as number) % (kernel[0] * kernel[1]),
        Math.floor((feature as number) / (kernel[0] * kernel[1])),
      ];
      const y =
        Math.floor((token as number) / columns) * stride[0] + Math.floor(tap / kernel[1]) * dilation[0] - pads[0];
      const column = ((token as number) % columns) * stride[1] + (tap % kernel[1]) * dilation[1] - pads[1];
      return y < 0 || y >= height || column < 0 || column >= width ? 0 : x[flat(shape, [n as number, y, column, c])]!;
    });
  },
};

/** `[N, H, W, C·f·f]` → `[N, H·f, W·f, C]`, channel c·f·f + dy·f + dx of the input. */
export const pixelShuffle: FamilyOf<{ readonly factor: number }> = {
  reference(step, data) {
    const { factor } = step.attrs;
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    return gathered(step, data, (place) => {
      const [n, y, column, c] = place as [number, number, number, number];
      const channel = (c * factor + (y % factor)) * factor + (column % factor);
      return x[flat(shape, [n, Math.floor(y / factor), Math.floor(column / factor), channel])]!;
    });
  },
};

/** Zeros behind the channels of the input, up to those of the output. */
export const padChannels: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    const channels = shape.at(-1) as number;
    return gathered(step, data, (place) => ((place.at(-1) as number) < channels ? x[flat(shape, place)]! : 0));
  },
};

/** A learned token before the others. weights `token` `[1, 1, C]`. Output `[N, T + 1, C]`. */
export const prependToken: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const [x, shape] = [data.inputs[0] as Numbers, shapeOf(step.inputs[0])];
    return gathered(step, data, ([n, t, c]) =>
      t === 0 ? data.weights.token![c as number]! : x[flat(shape, [n as number, (t as number) - 1, c as number])]!,
    );
  },
};
