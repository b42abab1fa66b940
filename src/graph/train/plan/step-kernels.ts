// WGSL of the dispatches over all tensors: gradients gathered with partial squares, their norm and the step's verdict, the update.
import { float } from '../../../gpu-kernels/kernels/training/lowering.ts';
import type { TrainerOptions } from '../backend.ts';

/** Results of a step, in floats of the control buffer; behind them a partial sum of squares for each chunk of gradients. */
export const control = { loss: 0, norm: 1, skipped: 2, factor: 3, updates: 4, bias1: 5, bias2: 6, length: 8 } as const;

/** Invocations of a workgroup. */
const STEP_GROUP = 256;

export interface ChunkCounts {
  /** Chunks of the table: of gradients, up to the last that moves a running statistic, and of all tensors that are averaged. */
  readonly gradientChunks: number;
  readonly moved: number;
  readonly all: number;
  /** TensorPlace of the loss in the arena. */
  readonly loss: number;
}

/** Weight of the new batch in a running statistic (PyTorch's momentum). */
const STATE_MOMENTUM = 0.1;

/** Buffers: values, state, gradients, optimizer's memories, averages, table, control. */
export const STEP_ACCESS = 'wwwwwrw';

const bindings = `@group(0) @binding(0) var<storage, read_write> A: array<f32>;
@group(0) @binding(1) var<storage, read_write> P: array<f32>;
@group(0) @binding(2) var<storage, read_write> G: array<f32>;
@group(0) @binding(3) var<storage, read_write> M: array<f32>;
@group(0) @binding(4) var<storage, read_write> E: array<f32>;
@group(0) @binding(5) var<storage, read> T: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> C: array<f32>;
const rate = 0u; const first = 1u; const last = 2u; const share = 3u;`;

const main = `@compute @workgroup_size(${STEP_GROUP}) fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) wgs: vec3u, @builtin(local_invocation_index) local: u32) {
  let group = wg.x + wg.y * wgs.x;`;

/** Sum of `s` over the workgroup, in a fixed order, in `partial[0]`. */
const total = `  partial[local] = s;
  workgroupBarrier();
  for (var width = ${STEP_GROUP / 2}u; width > 0u; width >>= 1u) {
    if (local < width) { partial[local] += partial[local + width]; }
    workgroupBarrier();
  }`;

/** 1 − β^t after `updates` steps, bit for bit as {@link normText} has it by then. */
export function biasCorrection(beta: number, updates: number): number {
  const [keep, add] = [Math.fround(beta), Math.fround(1 - beta)];
  let c = 0;
  for (let t = 0; t < updates; t++) c = Math.fround(Math.fround(keep * c) + add);
  return c;
}

export const gatherText = ({ gradientChunks }: ChunkCounts): string => `${bindings}
var<workgroup> partial: array<f32, ${STEP_GROUP}>;
${main}
  var s = 0.0;
  if (group < ${gradientChunks}u) {
    let chunk = T[group];
    for (var i = local; i < chunk.z; i += ${STEP_GROUP}u) {
      var g = A[chunk.y + i] * A[share];
      if (A[first] == 0.0) { g += G[chunk.x + i]; }
      G[chunk.x + i] = g;
      s += g * g;
    }
  }
${total}
  if (local == 0u && group < ${gradientChunks}u) { C[${control.length}u + group] = partial[0]; }
}`;

export function normText({ gradientChunks, loss }: ChunkCounts, { optimizer, clipNorm }: TrainerOptions): string {
  const clip =
    clipNorm === undefined ? '1.0' : `select(1.0, ${float(clipNorm)} / (norm + 1e-6), norm > ${float(clipNorm)})`;
  // 1 − β^t from that of t − 1: exact where β^t is near 1.
  const correction = (at: number, beta: number): string =>
    `C[${at}u] = ${float(beta)} * C[${at}u] + ${float(1 - beta)};`;
  const corrections =
    optimizer.name === 'adamw'
      ? `${correction(control.bias1, optimizer.betas[0])} ${correction(control.bias2, optimizer.betas[1])}`
      : '';
  return `${bindings}
var<workgroup> partial: array<f32, ${STEP_GROUP}>;
${main}
  var s = 0.0;
  for (var i = local; i < ${gradientChunks}u; i += ${STEP_GROUP}u) { s += C[${control.length}u + i]; }
${total}
  if (local != 0u) { return; }
  let mean = A[${loss}u] * A[share];
  if (A[first] == 1.0) { C[${control.loss}u] = mean; } else { C[${control.loss}u] += mean; }
  if (A[last] == 0.0) { return; }
  let norm = sqrt(partial[0]);
  // By their bits: the exponent of what is not finite is all ones.
  let wrong = (bitcast<u32>(norm) & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(C[${control.loss}u]) & 0x7f800000u) == 0x7f800000u;
  C[${control.norm}u] = norm;
  C[${control.factor}u] = ${clip};
  if (wrong) { C[${control.skipped}u] = 1.0; return; }
  C[${control.skipped}u] = 0.0;
  C[${control.updates}u] += 1.0;
  ${corrections}
}`;
}

export function updateText({ gradientChunks, moved, all }: ChunkCounts, { optimizer: o, ema }: TrainerOptions): string {
  const momentum = 'momentum' in o ? float(o.momentum) : '0.0';
  const decay = `select(0.0, ${float(o.weight_decay)}, chunk.w == 1u)`;
  let body: string;
  if (o.name === 'sgd') {
    const memory = o.momentum === 0 ? 'let v = g;' : `let v = ${momentum} * M[at] + g; M[at] = v;`;
    body = `let g = G[at] * factor + ${decay} * p; ${memory}
      P[at] = p - A[rate] * ${o.nesterov ? `(g + ${momentum} * v)` : 'v'};`;
  } else if (o.name === 'adamw') {
    const [b1, b2] = o.betas;
    body = `let g = G[at] * factor;
      let m = ${float(b1)} * M[at] + ${float(1 - b1)} * g; let v = ${float(b2)} * M[at + second] + ${float(1 - b2)} * g * g;
      M[at] = m; M[at + second] = v;
      P[at] = p * (1.0 - A[rate] * ${decay}) - A[rate] * (m / C[${control.bias1}u]) / (sqrt(v / C[${control.bias2}u]) + ${float(o.eps)});`;
  } else {
    body = `let g = G[at] * factor + ${decay} * p;
      let r = ${float(o.alpha)} * M[at + second] + ${float(1 - o.alpha)} * g * g;
      let b = ${momentum} * M[at] + A[rate] * g / sqrt(r + ${float(o.eps)});
      M[at + second] = r; M[at] = b; P[at] = p - b;`;
  }
  const average =
    ema === undefined ? '' : `    if (A[last] == 1.0) { E[at] = ${float(ema)} * E[at] + ${float(1 - ema)} * P[at]; }`;
  return `${bindings}
${main}
  if (group >= ${all}u || C[${control.skipped}u] == 1.0) { return; }
  let chunk = T[group];
  let factor = C[${control.factor}u];
  // The optimizer's second memory lies behind its first.
  let second = arrayLength(&M) / 2u;
  for (var i = local; i < chunk.z; i += ${STEP_GROUP}u) {
    let at = chunk.x + i;
    let p = P[at];
    if (group < ${gradientChunks}u) {
      if (A[last] == 0.0) { continue; }
      ${body}
    } else if (group < ${moved}u) {
      let value = A[chunk.y + i];
      // A factor that is no number: the value takes the place of the old one.
      if ((chunk.w & 0x7fffffffu) > 0x7f800000u) { P[at] = value; }
      else { P[at] = ${float(1 - STATE_MOMENTUM)} * p + ${float(STATE_MOMENTUM)} * bitcast<f32>(chunk.w) * value; }
    }
${average}
  }
}`;
}
