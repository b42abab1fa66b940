// Derivatives of normalisation: mean and variance are functions of the input, and their share is part of the one closed form.
import { elements, type Shape } from '../op.ts';
import { batchNorm, groupNorm, layerNorm } from '../ops/norm.ts';
import { channelsOf } from '../ops/operands.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type Differentiated, type GradientBuilder, type Partials } from './gradient.ts';
import { eachElement, eachSet, setMean, setSize, setVariance, type Over } from './norm-parts.ts';
import { summed } from './reduce.ts';

export type NormOf = Over & { readonly eps: number };

const vector = (shape: Shape | undefined) => ({ shape: [channelsOf(shape as Shape)], trainable: true });

/** (x − mean) / sqrt(variance + eps) · weight + bias with the statistics of the same x. Operands: x, mean, variance of each set. */
export const normalize = formula<NormOf>({
  name: 'normalize',
  shape: ([x]) => x as Shape,
  params: ([x]) => ({ weight: vector(x), bias: vector(x) }),
  reference([x, mean, variance], { weight, bias }, { output, attrs }) {
    const result = numbers(elements(output));
    const scales = Float64Array.from(variance as Float32Array, (value) => 1 / Math.sqrt(value + attrs.eps));
    eachElement(output, attrs, (at, c, set) => {
      const centred = ((x as Float32Array)[at] as number) - ((mean as Float32Array)[set] as number);
      result[at] =
        centred * (scales[set] as number) * ((weight as Float32Array)[c] as number) +
        ((bias as Float32Array)[c] as number);
    });
    return result;
  },
});

/** (g − mean of g − x̂ · mean of g·x̂) / σ with g = dy · weight, means over each set. Operands: dy, x, mean, variance. */
export const normInputGradient = formula<NormOf>({
  name: 'norm_input_gradient',
  shape: ([dy]) => dy as Shape,
  params: ([dy]) => ({ weight: vector(dy) }),
  reference([dy, x, mean, variance], { weight }, { output, attrs }) {
    const result = numbers(elements(output));
    const [upstream, source, factors] = [dy as Float32Array, x as Float32Array, weight as Float32Array];
    const count = setSize(output, attrs);
    eachSet(output, attrs, ({ from, rows, stride, width, channel }, set) => {
      const centre = (mean as Float32Array)[set] as number;
      const scale = 1 / Math.sqrt(((variance as Float32Array)[set] as number) + attrs.eps);
      let [sum, along] = [0, 0];
      for (let row = 0, start = from; row < rows; row++, start += stride)
        for (let i = 0; i < width; i++) {
          const g = (upstream[start + i] as number) * (factors[channel + i] as number);
          sum += g;
          along += g * ((source[start + i] as number) - centre) * scale;
        }
      for (let row = 0, start = from; row < rows; row++, start += stride)
        for (let i = 0; i < width; i++) {
          const g = (upstream[start + i] as number) * (factors[channel + i] as number);
          const normal = ((source[start + i] as number) - centre) * scale;
          result[start + i] = (g - sum / count - (normal * along) / count) * scale;
        }
    });
    return result;
  },
});

/** Σ dy · x̂ by channel. Operands: dy, x, mean, variance. */
export const normWeightGradient = formula<NormOf>({
  name: 'norm_weight_gradient',
  shape: ([dy]) => [channelsOf(dy as Shape)],
  reference([dy, x, mean, variance], _params, { inputs: [input], output, attrs }) {
    const sums = new Float64Array(elements(output));
    const scales = Float64Array.from(variance as Float32Array, (value) => 1 / Math.sqrt(value + attrs.eps));
    eachElement(input as Shape, attrs, (at, c, set) => {
      const normal =
        (((x as Float32Array)[at] as number) - ((mean as Float32Array)[set] as number)) * (scales[set] as number);
      sums[c] = (sums[c] as number) + ((dy as Float32Array)[at] as number) * normal;
    });
    return numbers(sums);
  },
});

/** dy · weight / sqrt(variance + eps): batch norm whose statistics are constants. */
const frozenNormInputGradient = formula<{ readonly eps: number }>({
  name: 'frozen_norm_input_gradient',
  shape: ([dy]) => dy as Shape,
  params: ([dy]) => ({ weight: vector(dy), running_var: { ...vector(dy), trainable: false } }),
  reference([dy], { weight, running_var }, { output, attrs }) {
    const channels = channelsOf(output);
    const scales = Float64Array.from(
      weight as Float32Array,
      (w, c) => w / Math.sqrt(((running_var as Float32Array)[c] as number) + attrs.eps),
    );
    return (dy as Float32Array).map((value, i) => value * (scales[i % channels] as number));
  },
});

/** Σ dy · x̂ by channel, x̂ by running statistics. Operands: dy and x. */
const frozenNormWeightGradient = formula<{ readonly eps: number }>({
  name: 'frozen_norm_weight_gradient',
  shape: ([dy]) => [channelsOf(dy as Shape)],
  params: ([dy]) => ({
    running_mean: { ...vector(dy), trainable: false },
    running_var: { ...vector(dy), trainable: false },
  }),
  reference([dy, x], { running_mean, running_var }, { output, attrs }) {
    const channels = elements(output);
    const sums = new Float64Array(channels);
    (dy as Float32Array).forEach((value, i) => {
      const c = i % channels;
      sums[c] =
        (sums[c] as number) +
        value * (((x as Float32Array)[i] as number) - ((running_mean as Float32Array)[c] as number));
    });
    return numbers(sums.map((sum, c) => sum / Math.sqrt(((running_var as Float32Array)[c] as number) + attrs.eps)));
  },
});

/** With statistics as values: those of `n`'s own input, given or made here. */
function normPartials(
  g: GradientBuilder,
  n: Differentiated<unknown>,
  dy: string,
  attrs: NormOf,
  statistics: () => readonly [string, string],
): Partials {
  const [x] = n.inputs as [string];
  const weight = n.params.weight as string;
  let made: readonly [string, string] | undefined;
  const operands = (): string[] => [dy, x, ...(made ??= statistics())];
  return {
    inputs: [() => g.add(normInputGradient, attrs, operands(), { weight })],
    params: {
      weight: () => g.add(normWeightGradient, attrs, operands()),
      bias: () => summed(g, dy, [channelsOf(n.output)]),
    },
  };
}

/** The statistics' own derivative is part of the first operand's. */
export const normalizeDerivative = derive(normalize, (g, n, dy) =>
  normPartials(g, n, dy, n.attrs, () => [n.inputs[1] as string, n.inputs[2] as string]),
);

const made = (g: GradientBuilder, x: string, over: Over) => () =>
  [g.add(setMean, over, [x]), g.add(setVariance, over, [x])] as const;

export const layerNormDerivative = derive(layerNorm, (g, n, dy) => {
  const over = { over: 'row' } as const;
  return normPartials(g, n, dy, { ...over, eps: n.attrs.eps }, made(g, n.inputs[0] as string, over));
});

export const groupNormDerivative = derive(groupNorm, (g, n, dy) => {
  const over = { over: 'group', groups: n.attrs.groups } as const;
  return normPartials(g, n, dy, { ...over, eps: n.attrs.eps }, made(g, n.inputs[0] as string, over));
});

export const batchNormDerivative = derive(batchNorm, (g, n, dy) => {
  const { weight, running_mean, running_var } = n.params as Record<string, string>;
  const [x] = n.inputs as [string];
  return {
    inputs: [() => g.add(frozenNormInputGradient, n.attrs, [dy], { weight, running_var } as Record<string, string>)],
    params: {
      weight: () =>
        g.add(frozenNormWeightGradient, n.attrs, [dy, x], { running_mean, running_var } as Record<string, string>),
      bias: () => summed(g, dy, [channelsOf(n.output)]),
    },
  };
});

/** weight / sqrt(running variance + eps) by channel: what a folded norm multiplies a product with. No operands. */
export const normFactor = formula<{ readonly eps: number; readonly channels: number }>({
  name: 'norm_factor',
  shape: (_inputs, { channels }) => [channels],
  params: (_inputs, { channels }) => ({
    weight: { shape: [channels], trainable: true },
    running_var: { shape: [channels], trainable: false },
  }),
  reference: (_inputs, { weight, running_var }, { attrs: { eps } }) =>
    numbers(weight as Float32Array).map(
      (value, c) => value / Math.sqrt(((running_var as Float32Array)[c] as number) + eps),
    ),
});

/** Operand: dy. */
const normFactorGradient = formula<{ readonly eps: number; readonly channels: number }>({
  name: 'norm_factor_gradient',
  shape: (_inputs, { channels }) => [channels],
  params: (_inputs, { channels }) => ({ running_var: { shape: [channels], trainable: false } }),
  reference: ([dy], { running_var }, { attrs: { eps } }) =>
    (dy as Float32Array).map((value, c) => value / Math.sqrt(((running_var as Float32Array)[c] as number) + eps)),
});

export const normFactorDerivative = derive(normFactor, (g, n, dy) => ({
  inputs: [],
  params: {
    weight: () => g.add(normFactorGradient, n.attrs, [dy], { running_var: n.params.running_var as string }),
  },
}));
