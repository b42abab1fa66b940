// Training kernels of 1×1 convolutions and linear layers four by four: Y = X·Wᵀ, dX = dY·W, dW = dYᵀ·X, weights as the checkpoint has them.
import { elements } from '../../shape.ts';
import { addTo, compensated } from './compensated.ts';
import { eachElement, grid, stepOf, type Lowering, type Operand } from './lowering.ts';

/** Whether rows of both sides can be read four elements at a time. */
export const inFours = (depth: number, out: number): boolean => depth % 4 === 0 && out % 4 === 0;

const four = [0, 1, 2, 3];

/** Y `[rows, out]` of X `[rows, depth]` and W `[out, depth]`: four rows and four outputs an invocation. */
export function matrixForward(l: Lowering, x: Operand, w: Operand, bias: Operand | undefined, y: Operand): void {
  const [depth, out] = [x.shape.at(-1) as number, y.shape.at(-1) as number];
  const [rows, k4, o4] = [elements(x.shape) / depth, depth / 4, out / 4];
  eachElement(l, {
    kernel: 'matrix/forward',
    out: { y },
    in: { x, w, ...(bias && { bias }) },
    count: Math.ceil(rows / 4) * o4,
    sizes: { rows, k4, o4 },
    vectors: 'all',
    helpers: compensated('vec4f'),
    body: `  let o = i % o4; let r = i / o4 * 4u;
${four.map((n) => `  let x${n} = min(r + ${n}u, rows - 1u) * k4; let w${n} = (o * 4u + ${n}u) * k4; var y${n} = ${bias ? 'bias(o)' : 'vec4f()'}; var lost${n} = vec4f();`).join('\n')}
  for (var k = 0u; k < k4; k++) {
    let a = w(w0 + k); let b = w(w1 + k); let c = w(w2 + k); let d = w(w3 + k);
${four.map((n) => `    let v${n} = x(x${n} + k); ${addTo(`y${n}`, `lost${n}`, `vec4f(dot(v${n}, a), dot(v${n}, b), dot(v${n}, c), dot(v${n}, d))`)}`).join('\n')}
  }
${four.map((n) => `  if (r + ${n}u < rows) { set_y((r + ${n}u) * o4 + o, y${n} + lost${n}); }`).join('\n')}`,
  });
}

/** dX `[rows, depth]` of dY `[rows, out]` and W. */
export function matrixInputGradient(l: Lowering, dy: Operand, w: Operand, dx: Operand): void {
  const [depth, out] = [dx.shape.at(-1) as number, dy.shape.at(-1) as number];
  const [rows, k4, o4] = [elements(dx.shape) / depth, depth / 4, out / 4];
  eachElement(l, {
    kernel: 'matrix/input-gradient',
    out: { dx },
    in: { dy, w },
    count: Math.ceil(rows / 4) * k4,
    sizes: { rows, k4, o4 },
    vectors: 'all',
    body: `  let k = i % k4; let r = i / k4 * 4u;
${four.map((n) => `  let y${n} = min(r + ${n}u, rows - 1u) * o4; var s${n} = vec4f();`).join('\n')}
  for (var o = 0u; o < o4; o++) {
    let a = w(o * 4u * k4 + k); let b = w(o * 4u * k4 + k4 + k); let c = w(o * 4u * k4 + 2u * k4 + k); let d = w(o * 4u * k4 + 3u * k4 + k);
${four.map((n) => `    let g${n} = dy(y${n} + o); s${n} += g${n}.x * a + g${n}.y * b + g${n}.z * c + g${n}.w * d;`).join('\n')}
  }
${four.map((n) => `  if (r + ${n}u < rows) { set_dx((r + ${n}u) * k4 + k, s${n}); }`).join('\n')}`,
  });
}

/** dW `[out, depth]`: rows are split over the invocations of a workgroup, which then add up four by four sums in order. */
export function matrixWeightGradient(l: Lowering, dy: Operand, x: Operand, dw: Operand): void {
  const [out, depth] = [dy.shape.at(-1) as number, x.shape.at(-1) as number];
  const [rows, k4, o4] = [elements(x.shape) / depth, depth / 4, out / 4];
  const slices = rows <= 64 ? 4 : rows <= 1024 ? 16 : 32;
  const across = 64 / slices;
  const tiles = k4 * o4;
  l.emit(
    stepOf({
      kernel: 'matrix/weight-gradient',
      out: { dw },
      in: { dy, x },
      size: 64,
      workgroups: grid(Math.ceil(tiles / across)),
      sizes: { rows, k4, o4 },
      vectors: 'values',
      helpers: 'var<workgroup> parts: array<vec4f, 256>;',
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let tiles = k4 * o4;
  let tile = min(own, tiles - 1u);
  let k = tile % k4; let o = tile / k4;
${four.map((n) => `  var s${n} = vec4f();`).join('\n')}
  for (var r = slice; r < rows; r += ${slices}u) {
    let g = dy(r * o4 + o); let v = x(r * k4 + k);
    s0 += g.x * v; s1 += g.y * v; s2 += g.z * v; s3 += g.w * v;
  }
${four.map((n) => `  parts[${n * 64}u + local] = s${n};`).join('\n')}
  workgroupBarrier();
  if (slice >= 4u || own >= tiles) { return; }
  // Each of the first four slices adds up one row of the tile.
  var sum = vec4f();
  for (var t = 0u; t < ${slices}u; t++) { sum += parts[slice * 64u + t * ${across}u + local % ${across}u]; }
  set_dw((o * 4u + slice) * k4 + k, sum);`,
    }),
  );
}
