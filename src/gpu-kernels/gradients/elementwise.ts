// Derivatives of work on single elements: activations, sums and products with broadcasting, learned factors.
import type { Op, Shape } from '../op.ts';
import { prelu } from '../ops/activations.ts';
import { add, layerScale, mul, scaleConst, sub } from '../ops/arithmetic.ts';
import { affine, clip } from '../ops/functions.ts';
import { channelsOf } from '../ops/operands.ts';
import { derive, formula, type Derivative } from './gradient.ts';
import { summed } from './reduce.ts';
import { slopes } from './slopes.ts';

/** dy · f′(x) of the element-wise op `of`. Operands: dy and x. */
export const slopeOf = formula<{ readonly of: string; readonly attrs: unknown }>({
  name: 'slope',
  shape: ([dy]) => dy as Shape,
  reference([dy, x], _params, { attrs: { of, attrs } }) {
    const slope = slopes[of];
    if (!slope) throw new RangeError(`the op "${of}" has no slope`);
    return (dy as Float32Array).map((value, i) =>
      value === 0 ? 0 : value * slope((x as Float32Array)[i] as number, attrs),
    );
  },
});

/** Of an op that is a function of one element. */
export const slopeDerivative = (op: Op): Derivative =>
  derive(op, (g, n, dy) => ({
    inputs: [() => g.add(slopeOf, { of: op.name, attrs: n.attrs }, [dy, n.inputs[0] as string])],
  }));

/** The learned slope where x is not positive. Operands: dy and x. */
const preluInputGradient = formula<Record<never, never>>({
  name: 'prelu_input_gradient',
  shape: ([dy]) => dy as Shape,
  params: ([dy]) => ({ weight: { shape: [channelsOf(dy as Shape)], trainable: true } }),
  reference([dy, x], { weight }, { output }) {
    const channels = channelsOf(output);
    return (dy as Float32Array).map((value, i) =>
      ((x as Float32Array)[i] as number) > 0 ? value : value * ((weight as Float32Array)[i % channels] as number),
    );
  },
});

/** Below every float32. */
const LOWEST = -3.4e38;

export const preluDerivative = derive(prelu, (g, n, dy) => {
  const [x] = n.inputs as [string];
  return {
    inputs: [() => g.add(preluInputGradient, {}, [dy, x], { weight: n.params.weight as string })],
    params: {
      weight: () => {
        const below = g.add(clip, { min: LOWEST, max: 0 }, [x]);
        return summed(g, g.add(mul, {}, [dy, below]), [channelsOf(n.output)]);
      },
    },
  };
});

export const addDerivative = derive(add, (g, n, dy) => ({
  inputs: n.shapes.map((shape) => () => summed(g, dy, shape)),
}));

export const subDerivative = derive(sub, (g, n, dy) => ({
  inputs: [
    () => summed(g, dy, n.shapes[0] as Shape),
    () => g.add(scaleConst, { factor: -1 }, [summed(g, dy, n.shapes[1] as Shape)]),
  ],
}));

export const mulDerivative = derive(mul, (g, n, dy) => {
  const times = (other: number, own: number) => () =>
    summed(g, g.add(mul, {}, [dy, n.inputs[other] as string]), n.shapes[own] as Shape);
  return { inputs: [times(1, 0), times(0, 1)] };
});

export const scaleConstDerivative = derive(scaleConst, (g, n, dy) => ({
  inputs: [() => g.add(scaleConst, n.attrs, [dy])],
}));

export const affineDerivative = derive(affine, (g, n, dy) => ({
  inputs: [() => g.add(scaleConst, { factor: n.attrs.factor }, [dy])],
}));

export const layerScaleDerivative = derive(layerScale, (g, n, dy) => ({
  inputs: [() => g.add(layerScale, {}, [dy], { gamma: n.params.gamma as string })],
  params: { gamma: () => summed(g, g.add(mul, {}, [dy, n.inputs[0] as string]), [channelsOf(n.output)]) },
}));
