// Activation functions: each has its exact meaning on the CPU and a WGSL expression that rides on other kernels.
//
// WGSL rules (reliability of real adapters): exp and tanh get clamped arguments, since overflow may become NaN; a finite x
// gives a finite result. Each expression stays within 3·10⁻⁷ · max(1, |x|) of the reference where exp is correctly rounded.
import { defineOp, definePointwise, type PointwiseOp, type Shape, type WgslFloat } from '../op.ts';
import type { OnnxForm } from '../forms.ts';
import { none, type None } from './attributes.ts';
import { alongChannel } from './channel-first.ts';
import { channelsOf, onlyOperand } from './operands.ts';
import { onnxNode, overChannels, owner, pythonCall } from './simple-forms.ts';

interface Activation {
  readonly apply: (x: number) => number;
  /** Gets the variable's name and a function that writes a constant of the variable's type. */
  readonly wgsl: (x: string, constant: (value: string) => string) => string;
  readonly onnx: OnnxForm;
  readonly pytorch: (x: string) => string;
  readonly gate?: true;
  readonly clamp?: number;
}

function activation<const N extends string>(name: N, doc: string, own: Activation): PointwiseOp<None, N> {
  const { apply, wgsl, onnx, pytorch, ...traits } = own;
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
    onnx,
    pytorch: pythonCall(pytorch),
    activates: true,
    ...traits,
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

export const relu = activation('relu', 'max(x, 0).', {
  apply: (x) => Math.max(x, 0),
  wgsl: (x, c) => `max(${x}, ${c('0.0')})`,
  onnx: onnxNode('Relu'),
  pytorch: (x) => `F.relu(${x})`,
  clamp: Infinity,
});

export const relu6 = activation('relu6', 'min(max(x, 0), 6).', {
  apply: (x) => Math.min(Math.max(x, 0), 6),
  wgsl: (x, c) => `clamp(${x}, ${c('0.0')}, ${c('6.0')})`,
  onnx: {
    write: ({ builder, inputs, output }) =>
      void builder.add('Clip', [...inputs, builder.scalar(0), builder.scalar(6)], {}, output),
  },
  pytorch: (x) => `F.relu6(${x})`,
  clamp: 6,
});

export const hsigmoid = activation('hsigmoid', 'relu6(x + 3) / 6 (MobileNetV3).', {
  apply: hardSigmoidOf,
  wgsl: (x, c) => `clamp(${x} / 6.0 + 0.5, ${c('0.0')}, ${c('1.0')})`,
  onnx: onnxNode('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  pytorch: (x) => `F.hardsigmoid(${x})`,
  gate: true,
});

export const hswish = activation('hswish', 'x · relu6(x + 3) / 6 (MobileNetV3).', {
  apply: (x) => x * hardSigmoidOf(x),
  wgsl: (x, c) => `(${x} * clamp(${x} / 6.0 + 0.5, ${c('0.0')}, ${c('1.0')}))`,
  onnx: onnxNode('HardSwish'),
  pytorch: (x) => `F.hardswish(${x})`,
});

export const sigmoid = activation('sigmoid', '1 / (1 + e⁻ˣ).', {
  apply: sigmoidOf,
  wgsl: (x, c) => `(1.0 / (1.0 + exp(-max(${x}, ${c('-87.0')}))))`,
  onnx: onnxNode('Sigmoid'),
  pytorch: (x) => `torch.sigmoid(${x})`,
  gate: true,
});

export const swish = activation('swish', 'x · sigmoid(x).', {
  apply: (x) => x * sigmoidOf(x),
  wgsl: (x, c) => `(${x} / (1.0 + exp(-max(${x}, ${c('-87.0')}))))`,
  onnx: {
    write: ({ builder, inputs, output }) =>
      void builder.add('Mul', [...inputs, builder.add('Sigmoid', inputs)], {}, output),
  },
  pytorch: (x) => `F.silu(${x})`,
});

export const tanh = activation('tanh', 'Hyperbolic tangent.', {
  apply: Math.tanh,
  wgsl: (x, c) => `tanh(clamp(${x}, ${c('-10.0')}, ${c('10.0')}))`,
  onnx: onnxNode('Tanh'),
  pytorch: (x) => `torch.tanh(${x})`,
});

export const gelu = activation('gelu', 'x/2 · (1 + erf(x / √2)), exact.', {
  apply: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  wgsl: geluWgsl,
  onnx: onnxNode('Gelu'),
  pytorch: (x) => `F.gelu(${x})`,
});

/** x/2 · (1 + tanh y) = x · sigmoid(2y) with y = √(2/π) · (x + 0.044715 x³) (arXiv 1606.08415). */
export const geluTanh = activation('gelu_tanh', 'Approximate GELU with a hyperbolic tangent.', {
  apply: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  wgsl: (x, c) => {
    const twice = `1.59576912 * ${x} * (1.0 + 0.044715 * ${x} * ${x})`;
    return `(${x} / (1.0 + exp(clamp(-${twice}, ${c('-87.0')}, ${c('87.0')}))))`;
  },
  onnx: onnxNode('Gelu', { approximate: 'tanh' }),
  pytorch: (x) => `F.gelu(${x}, approximate="tanh")`,
});

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
  onnx: {
    write: ({ builder, inputs, output, outputShape, param }) =>
      void builder.add('PRelu', [...inputs, param('weight', alongChannel(outputShape))], {}, output),
  },
  pytorch: {
    leaves: (n) => [[owner(n.params.weight), `nn.PReLU(${channelsOf(n.output)})`]],
    expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, 'second'),
    nests: 'both',
  },
  activates: true,
});
