// Training kernels of batch norm together with what stands around it: activation or sum behind it, the slope of that on the way back.
import { ops, type OpName } from '../../ops/index.ts';
import type { PointwiseOp } from '../../op.ts';
import { elements, type Shape } from '../../shape.ts';
import { addTo, compensated } from './compensated.ts';
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

/** Rows that share what is computed by channel. */
const ROWS = 4;

/** Four channels at a time where their number allows it. */
function lanes(shape: Shape) {
  const channels = shape.at(-1) as number;
  const wide = channels % 4 === 0;
  const blocks = wide ? channels / 4 : channels;
  return {
    type: wide ? ('vec4f' as const) : ('f32' as const),
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
  const result = op ? op.pointwise('z', act.attrs, type) : `z${plus ? ' + plus(at)' : ''}`;
  eachElement(l, {
    kernel: `batch-norm/normalize${act ? `-${act.op}` : plus ? '-add' : ''}`,
    out: { y },
    in: { x: n.x, mean: n.mean, variance: n.variance, w: n.weight, b: n.bias, ...(plus && { plus }) },
    count: Math.ceil(rows / ROWS) * blocks,
    sizes: { rows, blocks },
    ...(vectors && { vectors }),
    helpers: compensated(type),
    // 1/σ by one step of Newton's from its float32; each of ROWS elements is rounded once.
    body: `  let c = i % blocks; let first = i / blocks * ${ROWS}u;
  let eps = ${type}(${float(n.eps)}); let v = variance(c); let t = v + eps; let r = 1.0 / sqrt(t);
  let q = t * r; let p = q * r;
  let rest = (1.0 - p) - (product_error(q, r, p) + (product_error(t, r, q) + sum_error(v, eps, t) * r) * r);
  let scale = r * w(c); let scale_rest = product_error(r, w(c), scale) + 0.5 * r * rest * w(c);
  let centre = -mean(c); let shift = b(c);
  for (var row = first; row < min(first + ${ROWS}u, rows); row++) {
    let at = row * blocks + c;
    let xi = x(at); let d = xi + centre; let m = d * scale; let sum = m + shift;
    let lost = product_error(d, scale, m) + d * scale_rest + sum_error(xi, centre, d) * scale;
    let z = sum + (sum_error(m, shift, sum) + lost);
    set_y(at, ${result});
  }`,
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
      sizes: { rows, blocks },
      ...(vectors && { vectors }),
      helpers: `${helpers}\nvar<workgroup> parts: array<${type}, ${2 * size}>;`,
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let c = min(own, blocks - 1u);
  let centre = mean(c); let scale = 1.0 / sqrt(variance(c) + ${float(n.eps)});
  var s = ${type}(); var t = ${type}();
  for (var k = slice; k < rows; k += ${slices}u) {
    let at = k * blocks + c;
    let normal = (x(at) - centre) * scale;
    let g = dy(at)${slope};
    s += g; t += g * normal;
  }
  parts[local] = s; parts[${size}u + local] = t;
  workgroupBarrier();
  if (slice != 0u || own >= blocks) { return; }
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
    sizes: { rows, blocks },
    ...(vectors && { vectors }),
    helpers,
    body: `  let c = i % blocks; let share = 1.0 / f32(rows); let scale = 1.0 / sqrt(variance(c) + ${float(n.eps)});
  let normal = (x(i) - mean(c)) * scale;
  let g = dy(i)${slope};
  set_dx(i, (g - sum(c) * share - normal * (along(c) * share)) * scale * w(c));`,
  });
}

/** Mean and biased variance by channel; the mean is taken off before squares are summed, and what it was off by is put right. */
export function batchMoments(l: Lowering, x: Operand, mean: Operand, variance: Operand): void {
  const { type, blocks, rows, vectors } = lanes(x.shape);
  const slices = rows <= 8 ? 1 : rows <= 256 ? 4 : 16;
  const across = Math.max(1, Math.min(blocks, 64 / slices));
  const size = across * slices;
  const total = `  parts[local] = s;
  workgroupBarrier();
  s = ${type}(); lost = ${type}();
  for (var k = 0u; k < ${slices}u; k++) { ${addTo('s', 'lost', `parts[k * ${across}u + local % ${across}u]`)} }
  s += lost;`;
  l.emit(
    stepOf({
      kernel: 'batch-norm/moments',
      out: { mean, variance },
      in: { x },
      size,
      workgroups: grid(Math.ceil(blocks / across)),
      sizes: { rows, blocks },
      ...(vectors && { vectors }),
      helpers: `${compensated(type)}\nvar<workgroup> parts: array<${type}, ${size}>;`,
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let c = min(own, blocks - 1u);
  let share = 1.0 / f32(rows);
  // The first element is near the mean: what is summed has no large common part.
  let first = x(c);
  var s = ${type}(); var lost = ${type}();
  for (var k = slice; k < rows; k += ${slices}u) { s += x(k * blocks + c) - first; }
${total}
  let centre = first + s * share;
  workgroupBarrier();
  s = ${type}(); lost = ${type}();
  var off = ${type}();
  for (var k = slice; k < rows; k += ${slices}u) { let d = x(k * blocks + c) - centre; off += d; ${addTo('s', 'lost', 'd * d')} }
  s += lost;
${total}
  let squares = s;
  workgroupBarrier();
  s = off;
${total}
  if (slice != 0u || own >= blocks) { return; }
  let rest = s * share;
  set_mean(c, centre + rest);
  set_variance(c, max(squares * share - rest * rest, ${type}()));`,
    }),
  );
}
