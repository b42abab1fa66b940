// Derivatives of functions of one element: the slope on the CPU, beside the value that the op's own file defines.
import { erf } from '../ops/activations.ts';

/** Slope at x of the function that an op's attributes name. At a kink 0, as at and beyond the ends of a clamp. */
export type Slope<A = unknown> = (x: number, attrs: A) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const inside = (x: number, low: number, high: number): number => (x > low && x < high ? 1 : 0);

function hswish(x: number): number {
  if (x <= -3) return 0;
  return x >= 3 ? 1 : x / 3 + 0.5;
}

function gelu(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2 + (x * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

function geluTanh(x: number): number {
  const k = Math.sqrt(2 / Math.PI);
  const t = Math.tanh(k * (x + 0.044715 * x ** 3));
  return (1 + t) / 2 + (x / 2) * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x);
}

/** Of the op `function`, by its attribute `of`. */
const functions: Readonly<Record<string, (x: number) => number>> = {
  exp: (x) => (x < 88 ? Math.exp(x) : 0),
  log: (x) => (x > 1.1754944e-38 ? 1 / x : 0),
  sqrt: (x) => (x > 0 ? 0.5 / Math.sqrt(x) : 0),
  reciprocal: (x) => (x === 0 ? 0 : -1 / (x * x)),
  abs: Math.sign,
  square: (x) => 2 * x,
  floor: () => 0,
  ceil: () => 0,
  softplus: sigmoid,
  erf: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
};

const typed = <A>(slope: Slope<A>): Slope => slope as Slope;

/** By name of the op. */
export const slopes: Readonly<Record<string, Slope>> = {
  relu: (x) => (x > 0 ? 1 : 0),
  relu6: (x) => inside(x, 0, 6),
  hsigmoid: (x) => inside(x, -3, 3) / 6,
  hswish,
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  swish: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  tanh: (x) => 1 - Math.tanh(x) ** 2,
  gelu,
  gelu_tanh: geluTanh,
  clip: typed<{ min: number; max: number }>((x, { min, max }) => inside(x, min, max)),
  leaky_relu: typed<{ slope: number }>((x, { slope }) => (x > 0 ? 1 : slope)),
  quantize: () => 0,
  requantize: () => 0,
  function: typed<{ of: string }>((x, { of }) => functions[of]?.(x) ?? 0),
};
