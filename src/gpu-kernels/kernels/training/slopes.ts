// Slopes of functions of one element as WGSL: the same formulas as gradients/slopes.ts, which says what they mean.
import { float } from './lowering.ts';

/** Functions that slopes are written with; a module gets them when it uses one. */
export const slopeHelpers = `
fn sig(x: f32) -> f32 { return 1.0 / (1.0 + exp(clamp(-x, -87.0, 87.0))); }
fn tanh_of(x: f32) -> f32 { return tanh(clamp(x, -10.0, 10.0)); }
fn erfc_tail(u: f32) -> f32 {
  let p = u * (0.79788727 + u * (0.3182798 + u * (0.036449153 + u * (-0.00498809014 + u * (0.000166992395 + u * (9.87425155e-5 + u * (-2.08401872e-5 + u * 1.42111651e-6)))))));
  return exp(-min(p, 87.0));
}
fn gelu_slope(x: f32) -> f32 {
  let tail = 0.5 * erfc_tail(abs(x));
  return select(1.0 - tail, tail, x < 0.0) + x * exp(-min(x * x * 0.5, 87.0)) * 0.3989422804;
}
fn gelu_tanh_slope(x: f32) -> f32 {
  let t = tanh_of(0.7978845608 * (x + 0.044715 * x * x * x));
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * x * x);
}`;

const inside = (x: string, low: string, high: string): string => `select(0.0, 1.0, ${x} > ${low} && ${x} < ${high})`;

const functions: Readonly<Record<string, (x: string) => string>> = {
  exp: (x) => `select(0.0, exp(min(${x}, 88.0)), ${x} < 88.0)`,
  log: (x) => `select(0.0, 1.0 / max(${x}, 1.1754944e-38), ${x} > 1.1754944e-38)`,
  sqrt: (x) => `select(0.0, 0.5 / sqrt(max(${x}, 1.1754944e-38)), ${x} > 0.0)`,
  reciprocal: (x) => `select(-1.0 / select(${x} * ${x}, 1.0, ${x} == 0.0), 0.0, ${x} == 0.0)`,
  abs: (x) => `sign(${x})`,
  square: (x) => `(2.0 * ${x})`,
  floor: () => '0.0',
  ceil: () => '0.0',
  softplus: (x) => `sig(${x})`,
  erf: (x) => `(1.1283791671 * exp(-min(${x} * ${x}, 87.0)))`,
};

type Text = (x: string, attrs: never) => string;

const texts: Readonly<Record<string, Text>> = {
  relu: (x) => `select(0.0, 1.0, ${x} > 0.0)`,
  relu6: (x) => inside(x, '0.0', '6.0'),
  hsigmoid: (x) => `(${inside(x, '-3.0', '3.0')} / 6.0)`,
  hswish: (x) => `select(select(${x} / 3.0 + 0.5, 1.0, ${x} >= 3.0), 0.0, ${x} <= -3.0)`,
  sigmoid: (x) => `(sig(${x}) * sig(-${x}))`,
  swish: (x) => `(sig(${x}) * (1.0 + ${x} * sig(-${x})))`,
  tanh: (x) => `(1.0 - tanh_of(${x}) * tanh_of(${x}))`,
  gelu: (x) => `gelu_slope(${x})`,
  gelu_tanh: (x) => `gelu_tanh_slope(${x})`,
  clip: (x, { min, max }: { min: number; max: number }) => inside(x, float(min), float(max)),
  leaky_relu: (x, { slope }: { slope: number }) => `select(${float(slope)}, 1.0, ${x} > 0.0)`,
  quantize: () => '0.0',
  requantize: () => '0.0',
  function: (x, { of }: { of: string }) => (functions[of] as (x: string) => string)(x),
};

/** WGSL of the slope of op `of` at the variable `x`. Throws where the op has none. */
export function slopeText(of: string, x: string, attrs: unknown): string {
  const text = texts[of];
  if (!text) throw new RangeError(`the op "${of}" has no slope on the GPU`);
  return text(x, attrs as never);
}
