// Training kernels of single elements: activations and their slopes, arithmetic with broadcasting, factors by channel, fake quantization.
import { ops, type OpName } from '../../ops/index.ts';
import type { PointwiseOp } from '../../op.ts';
import { elements } from '../../shape.ts';
import { tieWidth, type Grid, type RangeQuant } from '../../gradients/fake-quant.ts';
import {
  broadcastIndex,
  eachElement,
  float,
  type Lower,
  type LoweredNode,
  type Lowering,
  type Operand,
} from './lowering.ts';
import { slopeHelpers, slopeText } from './slopes.ts';

const channels = ({ shape }: Operand): number => shape.at(-1) as number;

/** y[i] = `value`, from operands by name. */
function each(
  l: Lowering,
  kernel: string,
  y: Operand,
  given: Readonly<Record<string, Operand>>,
  value: string,
  helpers = '',
): void {
  eachElement(l, { kernel, out: { y }, in: given, count: elements(y.shape), sizes: {}, helpers, body: `  ${value}` });
}

/** An op with a `pointwise` expression. */
export const pointwise =
  (name: OpName): Lower =>
  (l, { inputs: [x], output, attrs }) => {
    const op = ops[name] as unknown as PointwiseOp;
    each(
      l,
      `element/${name}`,
      output,
      { x: x as Operand },
      `let v = x(i); set_y(i, ${op.pointwise('v', attrs, 'f32')});`,
    );
  };

export const slope: Lower<{ readonly of: string; readonly attrs: unknown }> = (l, { inputs: [dy, x], output, attrs }) =>
  each(
    l,
    `slope/${attrs.of}`,
    output,
    { dy: dy as Operand, x: x as Operand },
    `let g = dy(i); let v = x(i); set_y(i, select(g * ${slopeText(attrs.of, 'v', attrs.attrs)}, 0.0, g == 0.0));`,
    slopeHelpers,
  );

export const binary =
  (sign: '+' | '-' | '*'): Lower =>
  (l, { inputs, output }) => {
    const [a, b] = inputs as [Operand, Operand];
    const at = (operand: Operand): string => broadcastIndex('i', output.shape, operand.shape);
    const kernel = `element/${sign === '+' ? 'add' : sign === '-' ? 'sub' : 'mul'}`;
    each(l, kernel, output, { a, b }, `set_y(i, a(${at(a)}) ${sign} b(${at(b)}));`);
  };

/** x times or plus a parameter that runs along the last axes. */
export const withParameter =
  (kernel: string, role: string, sign: '+' | '*'): Lower =>
  (l, { inputs: [x], params, output }) => {
    const p = params[role] as Operand;
    each(l, kernel, output, { x: x as Operand, p }, `set_y(i, x(i) ${sign} p(i % ${elements(p.shape)}u));`);
  };

export const prelu: Lower = (l, { inputs: [x], params, output }) =>
  each(
    l,
    'element/prelu',
    output,
    { x: x as Operand, w: params['weight'] as Operand },
    `let v = x(i); set_y(i, select(v * w(i % ${channels(output)}u), v, v > 0.0));`,
  );

export const preluInputGradient: Lower = (l, { inputs: [dy, x], params, output }) =>
  each(
    l,
    'slope/prelu',
    output,
    { dy: dy as Operand, x: x as Operand, w: params['weight'] as Operand },
    `let g = dy(i); set_y(i, select(g * w(i % ${channels(output)}u), g, x(i) > 0.0));`,
  );

/** The same elements under another shape. */
export const renamed: Lower = (l, { inputs: [x], output }) =>
  l.alias(output.id, { ...(x as Operand), shape: output.shape });

/** A parameter as a value. */
export const constant: Lower = (l, { params, output }) =>
  l.alias(output.id, { ...(params['value'] as Operand), shape: output.shape });

/** weight / sqrt(running variance + eps), times dy where there is one. */
export const normFactor: Lower<{ readonly eps: number }> = (l, { inputs: [dy], params, output, attrs }) => {
  const v = params['running_var'] as Operand;
  each(
    l,
    'element/norm-factor',
    output,
    { a: dy ?? (params['weight'] as Operand), v },
    `set_y(i, a(i) / sqrt(v(i) + ${float(attrs.eps)}));`,
  );
};

/** Batch norm by running statistics. */
export const frozenNorm: Lower<{ readonly eps: number }> = (l, { inputs: [x], params, output, attrs }) => {
  const { weight: w, bias: b, running_mean: m, running_var: v } = params as Record<string, Operand>;
  each(
    l,
    'norm/frozen',
    output,
    { x, w, b, m, v } as Record<string, Operand>,
    `let c = i % ${channels(output)}u; set_y(i, (x(i) - m(c)) * (w(c) / sqrt(v(c) + ${float(attrs.eps)})) + b(c));`,
  );
};

export const frozenNormInputGradient: Lower<{ readonly eps: number }> = (l, { inputs: [dy], params, output, attrs }) =>
  each(
    l,
    'norm/frozen-gradient',
    output,
    { dy, w: params['weight'], v: params['running_var'] } as Record<string, Operand>,
    `let c = i % ${channels(output)}u; set_y(i, dy(i) * (w(c) / sqrt(v(c) + ${float(attrs.eps)})));`,
  );

/** Ties to even, whatever the device's round does. */
export const roundHelper = `
fn even(x: f32) -> f32 {
  let low = floor(x);
  let rest = x - low;
  if (rest != 0.5) { return select(low + 1.0, low, rest < 0.5); }
  return select(low + 1.0, low, fract(low * 0.5) == 0.0);
}`;
const gridHelpers = `${roundHelper}
fn on_grid(x: f32, scale: f32, zero: f32) -> f32 { return (clamp(even(x / scale) + zero, 0.0, 255.0) - zero) * scale; }
fn in_grid(x: f32, scale: f32, zero: f32) -> bool { let q = even(x / scale) + zero; return q >= 0.0 && q <= 255.0; }`;

export const fakeQuant: Lower<Grid> = (l, { inputs: [x], output, attrs: { scale, zero } }) =>
  each(
    l,
    'quant/fixed',
    output,
    { x: x as Operand },
    `set_y(i, on_grid(x(i), ${float(scale)}, ${float(zero)}));`,
    gridHelpers,
  );

export const fakeQuantGradient: Lower<Grid> = (l, { inputs: [dy, x], output, attrs: { scale, zero } }) =>
  each(
    l,
    'quant/fixed-gradient',
    output,
    { dy, x } as Record<string, Operand>,
    `set_y(i, select(0.0, dy(i), in_grid(x(i), ${float(scale)}, ${float(zero)})));`,
    gridHelpers,
  );

const gridOfRange = `let low = min(range(0u), 0.0); let high = max(range(1u), 0.0);
  let width = (high - low) / 255.0; let scale = select(width, 1.0, width == 0.0);
  let zero = clamp(floor(-low / scale + 0.5), 0.0, 255.0);`;

export const rangeQuant: Lower<RangeQuant> = (l, { inputs: [x, range], output, attrs: { ties } }) =>
  each(
    l,
    'quant/range',
    output,
    { x, range } as Record<string, Operand>,
    ties
      ? `${gridOfRange} let q = x(i) / scale; let tie = floor(q) + 0.5;
  let at = select(q, tie, abs(q - tie) <= ${float(tieWidth)} * abs(q));
  set_y(i, (clamp(even(at) + zero, 0.0, 255.0) - zero) * scale);`
      : `${gridOfRange} set_y(i, on_grid(x(i), scale, zero));`,
    gridHelpers,
  );

export const rangeQuantGradient: Lower = (l, { inputs: [dy, x, range], output }) =>
  each(
    l,
    'quant/range-gradient',
    output,
    { dy, x, range } as Record<string, Operand>,
    `${gridOfRange} set_y(i, select(0.0, dy(i), in_grid(x(i), scale, zero)));`,
    gridHelpers,
  );

/** `[low, high]` of all values, mixed into the range so far; NaN before the first batch. */
export const rangeUpdate: Lower<{ readonly decay: number }> = (l, node: LoweredNode<{ readonly decay: number }>) => {
  const { inputs, params, output, attrs } = node;
  const x = inputs[0] as Operand;
  const count = elements(x.shape);
  const chunk = Math.max(64, Math.ceil(count / 1024));
  const parts = Math.ceil(count / chunk);
  const p = l.scratch(`${node.id}:extremes`, [parts, 2]);
  eachElement(l, {
    kernel: 'quant/extremes',
    out: { p },
    in: { x },
    count: parts,
    body: `  var low = x(i * ${chunk}u); var high = low;
  for (var k = i * ${chunk}u; k < min(${count}u, (i + 1u) * ${chunk}u); k++) { let v = x(k); low = min(low, v); high = max(high, v); }
  set_p(i * 2u, low); set_p(i * 2u + 1u, high);`,
  });
  eachElement(l, {
    kernel: 'quant/range-update',
    out: { y: output },
    in: { p, r: params['range'] as Operand },
    count: 1,
    body: `  var low = p(0u); var high = p(1u);
  for (var k = 1u; k < ${parts}u; k++) { low = min(low, p(k * 2u)); high = max(high, p(k * 2u + 1u)); }
  // NaN, by its bits: comparisons of it may be optimised away.
  let fresh = (bitcast<u32>(r(0u)) & 0x7fffffffu) > 0x7f800000u;
  set_y(0u, select(${float(attrs.decay)} * r(0u) + ${float(1 - attrs.decay)} * low, low, fresh));
  set_y(1u, select(${float(attrs.decay)} * r(1u) + ${float(1 - attrs.decay)} * high, high, fresh));`,
  });
};

/** By output channel: s = max|w| / 127, round(w / s)·s. */
export const weightQuant: Lower<{ readonly levels: number }> = (l, { id, inputs: [w], output, attrs }) => {
  const outs = output.shape[0] as number;
  const run = elements(output.shape) / outs;
  const s = l.scratch(`${id}:scales`, [outs]);
  eachElement(l, {
    kernel: 'quant/weight-scales',
    out: { s },
    in: { w: w as Operand },
    count: outs,
    body: `  var most = 0.0;
  for (var k = 0u; k < ${run}u; k++) { most = max(most, abs(w(i * ${run}u + k))); }
  set_s(i, select(most / ${float(attrs.levels)}, 1.0, most == 0.0));`,
  });
  each(
    l,
    'quant/weights',
    output,
    { w: w as Operand, s },
    `let scale = s(i / ${run}u); set_y(i, even(w(i) / scale) * scale);`,
    roundHelper,
  );
};
