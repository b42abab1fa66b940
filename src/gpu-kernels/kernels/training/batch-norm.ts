// Training kernels of batch norm together with what stands around it: activation or sum behind it, the slope of that on the way back.
import { ops, type OpName } from '../../ops/index.ts';
import type { PointwiseOp } from '../../op.ts';
import { elements, type Shape } from '../../shape.ts';
import { eachElement, float, grid, stepOf, type Lowering, type Operand } from './lowering.ts';
import { slopeHelpers, slopeText } from './slopes.ts';

/** An activation behind the norm. */
export interface Activation {
  readonly op: string;
  readonly attrs: unknown;
}

/** The norm of `x` by the batch's statistics. */
export interface BatchNorm {
  readonly x: Operand;
  readonly mean: Operand;
  readonly variance: Operand;
  readonly weight: Operand;
  readonly bias: Operand;
  readonly eps: number;
}

/** Four channels at a time where their number allows it. */
function lanes(shape: Shape) {
  const channels = shape.at(-1) as number;
  const wide = channels % 4 === 0;
  const blocks = wide ? channels / 4 : channels;
  return {
    type: wide ? 'vec4f' : 'f32',
    blocks,
    rows: elements(shape) / channels,
    ...(wide && { vectors: 'all' as const }),
  };
}

/** A function of one element for both types. */
const spread = (name: string, type: string): string =>
  type === 'f32'
    ? ''
    : `fn ${name}4(v: vec4f) -> vec4f { return vec4f(${name}(v.x), ${name}(v.y), ${name}(v.z), ${name}(v.w)); }`;

export function isActivation(op: string): boolean {
  return op in ops && 'pointwise' in ops[op as OpName];
}

/** y = act(x̂·weight + bias), or x̂·weight + bias + `plus`. */
export function normalizeAnd(l: Lowering, n: BatchNorm, y: Operand, act?: Activation, plus?: Operand): void {
  const { type, blocks, rows, vectors } = lanes(n.x.shape);
  const op = act && (ops[act.op as OpName] as unknown as PointwiseOp);
  const result = op ? op.pointwise('z', act.attrs, type as 'f32' | 'vec4f') : `z${plus ? ' + plus(i)' : ''}`;
  eachElement(l, {
    kernel: `batch-norm/normalize${act ? `-${act.op}` : plus ? '-add' : ''}`,
    out: { y },
    in: { x: n.x, mean: n.mean, variance: n.variance, w: n.weight, b: n.bias, ...(plus && { plus }) },
    count: rows * blocks,
    ...(vectors && { vectors }),
    body: `  let c = i % ${blocks}u;
  let z = (x(i) - mean(c)) * (1.0 / sqrt(variance(c) + ${float(n.eps)})) * w(c) + b(c);
  set_y(i, ${result});`,
  });
}

/** Derivatives in two dispatches: sums by channel, which are those of weight and bias, then the input's. */
export function normBack(
  l: Lowering,
  n: BatchNorm,
  dy: Operand,
  to: { readonly input?: Operand; readonly weight: Operand; readonly bias: Operand },
  act?: Activation,
): void {
  const { type, blocks, rows, vectors } = lanes(n.x.shape);
  const slices = rows <= 8 ? 1 : rows <= 256 ? 4 : 16;
  const across = Math.max(1, Math.min(blocks, 64 / slices));
  const size = across * slices;
  const helpers = act
    ? `${slopeHelpers}
fn slope_of(x: f32) -> f32 { return ${slopeText(act.op, 'x', act.attrs)}; }
${spread('slope_of', type)}`
    : '';
  const slope = act ? ` * slope_of${type === 'f32' ? '' : '4'}(normal * w(c) + b(c))` : '';
  const given = { dy, x: n.x, mean: n.mean, variance: n.variance, w: n.weight, ...(act && { b: n.bias }) };
  const { weight, bias, input } = to;
  l.emit(
    stepOf({
      kernel: `batch-norm/sums${act ? `-${act.op}` : ''}`,
      out: { weight, bias },
      in: given,
      size,
      workgroups: grid(Math.ceil(blocks / across)),
      ...(vectors && { vectors }),
      helpers: `${helpers}\nvar<workgroup> parts: array<${type}, ${2 * size}>;`,
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let c = min(own, ${blocks - 1}u);
  let centre = mean(c); let scale = 1.0 / sqrt(variance(c) + ${float(n.eps)});
  var s = ${type}(); var t = ${type}();
  for (var k = slice; k < ${rows}u; k += ${slices}u) {
    let at = k * ${blocks}u + c;
    let normal = (x(at) - centre) * scale;
    let g = dy(at)${slope};
    s += g; t += g * normal;
  }
  parts[local] = s; parts[${size}u + local] = t;
  workgroupBarrier();
  if (slice != 0u || own >= ${blocks}u) { return; }
  for (var k = 1u; k < ${slices}u; k++) { s += parts[k * ${across}u + local]; t += parts[${size}u + k * ${across}u + local]; }
  set_bias(c, s); set_weight(c, t);`,
    }),
  );
  if (!input) return;
  eachElement(l, {
    kernel: `batch-norm/input-gradient${act ? `-${act.op}` : ''}`,
    out: { dx: input },
    in: { ...given, sum: bias, along: weight },
    count: rows * blocks,
    ...(vectors && { vectors }),
    helpers,
    body: `  let c = i % ${blocks}u; let scale = 1.0 / sqrt(variance(c) + ${float(n.eps)});
  let normal = (x(i) - mean(c)) * scale;
  let g = dy(i)${slope};
  set_dx(i, (g - sum(c) * ${float(1 / rows)} - normal * (along(c) * ${float(1 / rows)})) * scale * w(c));`,
  });
}

/** Mean and biased variance by channel; the mean is taken off before squares are summed. */
export function batchMoments(l: Lowering, x: Operand, mean: Operand, variance: Operand): void {
  const { type, blocks, rows, vectors } = lanes(x.shape);
  const slices = rows <= 8 ? 1 : rows <= 256 ? 4 : 16;
  const across = Math.max(1, Math.min(blocks, 64 / slices));
  const size = across * slices;
  const total = `  parts[local] = s;
  workgroupBarrier();
  s = ${type}();
  for (var k = 0u; k < ${slices}u; k++) { s += parts[k * ${across}u + local % ${across}u]; }`;
  l.emit(
    stepOf({
      kernel: 'batch-norm/moments',
      out: { mean, variance },
      in: { x },
      size,
      workgroups: grid(Math.ceil(blocks / across)),
      ...(vectors && { vectors }),
      helpers: `var<workgroup> parts: array<${type}, ${size}>;`,
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let c = min(own, ${blocks - 1}u);
  // The first element is near the mean: what is summed has no large common part.
  let first = x(c);
  var s = ${type}();
  for (var k = slice; k < ${rows}u; k += ${slices}u) { s += x(k * ${blocks}u + c) - first; }
${total}
  let centre = first + s * ${float(1 / rows)};
  workgroupBarrier();
  s = ${type}();
  for (var k = slice; k < ${rows}u; k += ${slices}u) { let d = x(k * ${blocks}u + c) - centre; s += d * d; }
${total}
  if (slice != 0u || own >= ${blocks}u) { return; }
  set_mean(c, centre);
  set_variance(c, s * ${float(1 / rows)});`,
    }),
  );
}
