// Activation functions: each has its exact meaning on the CPU and a WGSL expression that rides on other kernels.
//
// WGSL rules (reliability of real adapters): exp and tanh get clamped arguments, since overflow may become NaN; a finite x
// gives a finite result. Each expression stays within 3·10⁻⁷ · max(1, |x|) of the reference where exp is correctly rounded.
import { defineOp, definePointwise, type PointwiseOp, type Shape, type WgslFloat } from '../op.ts';
import { none, type None } from './attributes.ts';
import { channelsOf, onlyOperand } from './operands.ts';

/** `wgsl` gets the variable's name and a function that writes a constant of the variable's type. */
function activation<const N extends string>(
  name: N,
  doc: string,
  apply: (x: number) => number,
  wgsl: (x: string, constant: (value: string) => string) => string,
): PointwiseOp<None, N> {
  return definePointwise({
    name,
    doc,
    attrs: none,
    shape: (inputs) => onlyOperand(inputs, name),
    macKind: 'none',
    macs: () => 0,
    reference: ([x]) => (x as Float32Array).map(apply),
    pointwise: (x, _attrs, type: WgslFloat = 'vec4f') =>
      wgsl(x, (value) => (type === 'f32' ? value : `${type}(${value})`)),
  });
}

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
const hardSigmoidOf = (x: number): number => Math.min(1, Math.max(0, x / 6 + 0.5));

/**
 * Error function, float64: 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz & Stegun 7.1.6), all terms of one sign.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * −ln erfc(u / √2) ≈ u·(c₁ + u·(c₂ + …)), so that gelu(x) = max(x, 0) − |x|/2 · erfc(|x| / √2) needs one exp and no branch.
 * Least squares on [0, 5.5], weighted to an even error of gelu: 1.1·10⁻⁸, 9.3·10⁻⁸ in float32 arithmetic. All of the polynomial is
 * positive, and it passes 87 before its last term can overflow.
 */
const GELU_TAIL = [
  0.79788727, 0.3182798, 0.036449153, -0.00498809014, 0.000166992395, 9.87425155e-5, -2.08401872e-5, 1.42111651e-6,
];

function geluWgsl(x: string, constant: (value: string) => string): string {
  const polynomial = GELU_TAIL.reduceRight((inner, c) => (inner ? `(${c} + abs(${x}) * ${inner})` : `${c}`), '');
  return `(max(${x}, ${constant('0.0')}) - 0.5 * abs(${x}) * exp(-min(abs(${x}) * ${polynomial}, ${constant('87.0')})))`;
}

export const relu = activation(
  'relu',
  'max(x, 0).',
  (x) => Math.max(x, 0),
  (x, c) => `max(${x}, ${c('0.0')})`,
);

export const relu6 = activation(
  'relu6',
  'min(max(x, 0), 6).',
  (x) => Math.min(Math.max(x, 0), 6),
  (x, c) => `clamp(${x}, ${c('0.0')}, ${c('6.0')})`,
);

export const hsigmoid = activation(
  'hsigmoid',
  'relu6(x + 3) / 6 (MobileNetV3).',
  hardSigmoidOf,
  (x, c) => `clamp(${x} / 6.0 + 0.5, ${c('0.0')}, ${c('1.0')})`,
);

export const hswish = activation(
  'hswish',
  'x · relu6(x + 3) / 6 (MobileNetV3).',
  (x) => x * hardSigmoidOf(x),
  (x, c) => `(${x} * clamp(${x} / 6.0 + 0.5, ${c('0.0')}, ${c('1.0')}))`,
);

export const sigmoid = activation(
  'sigmoid',
  '1 / (1 + e⁻ˣ).',
  sigmoidOf,
  (x, c) => `(1.0 / (1.0 + exp(-max(${x}, ${c('-87.0')}))))`,
);

export const swish = activation(
  'swish',
  'x · sigmoid(x).',
  (x) => x * sigmoidOf(x),
  (x, c) => `(${x} / (1.0 + exp(-max(${x}, ${c('-87.0')}))))`,
);

export const tanh = activation(
  'tanh',
  'Hyperbolic tangent.',
  Math.tanh,
  (x, c) => `tanh(clamp(${x}, ${c('-10.0')}, ${c('10.0')}))`,
);

export const gelu = activation(
  'gelu',
  'x/2 · (1 + erf(x / √2)), exact.',
  (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  geluWgsl,
);

/** x/2 · (1 + tanh y) = x · sigmoid(2y) with y = √(2/π) · (x + 0.044715 x³) (arXiv 1606.08415). */
export const geluTanh = activation(
  'gelu_tanh',
  'Approximate GELU with a hyperbolic tangent.',
  (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  (x, c) => {
    const twice = `1.59576912 * ${x} * (1.0 + 0.044715 * ${x} * ${x})`;
    return `(${x} / (1.0 + exp(clamp(-${twice}, ${c('-87.0')}, ${c('87.0')}))))`;
  },
);

/** No `pointwise`: the slopes are a parameter, so kernels carry it as a `channel` rider. */
export const prelu = defineOp({
  name: 'prelu',
  doc: 'x where positive, else a learned slope per channel times x.',
  attrs: none,
  shape: (inputs) => onlyOperand(inputs, 'prelu'),
  params: ([input]) => ({ weight: { shape: [channelsOf(input as Shape)], trainable: true } }),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output }) {
    const channels = channelsOf(output);
    const slopes = params.weight as Float32Array;
    return (x as Float32Array).map((value, i) => (value > 0 ? value : value * (slopes[i % channels] as number)));
  },
});
