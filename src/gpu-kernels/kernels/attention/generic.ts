// Attention without workgroup memory: one invocation a query. The base line, and what software adapters run.
import type { AttentionStepAttrs, OperandLayout } from '../../families/attention.ts';
import type { Kernel } from '../../families/index.ts';
import type { PackedWeight } from '../../kernel.ts';
import type { Value, WeightExpr } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, lineGrid, rowCount, Shader } from '../../wgsl/shader.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
/** Tokens of one picture. */
const tokens = (shape: Shape): number => rowCount(shape) / (shape[0] as number);

const plainWeight = ({ shape }: WeightExpr, role: string): PackedWeight => ({
  packer: 'plain',
  roles: [role],
  options: {},
  elements: Math.ceil(elements(shape) / 4) * 4,
});

/** f32 expression of element `at` of a weight packed `plain`. */
const element = (shader: Shader, role: string, at: string): string =>
  `(${shader.load(shader.weight(role, plainWeight(shader.step.weights[role] as WeightExpr, role)), `(${at}) / 4u`)})[(${at}) % 4u]`;

const aligned = ({ keyDim, valueDim, layout }: AttentionStepAttrs): boolean =>
  [keyDim, valueDim, ...layout.flatMap((l) => [l.offset, l.headStride])].every((n) => n % 4 === 0);

const keyHead = ({ heads, kvHeads }: AttentionStepAttrs, head: string): string =>
  heads === kvHeads ? head : kvHeads === 1 ? '0u' : `(${head} / ${heads / kvHeads}u)`;

/** vec4 index of the first element of a head in row `row`. */
const headBase = (shape: Shape, l: OperandLayout, row: string, head: string): string =>
  `(${row}) * ${channelBlocks(shape)}u + ${l.offset / 4}u + ${head} * ${l.headStride / 4}u`;

export const rowAttention: Kernel<'attention'> = {
  name: 'attention/generic',
  family: 'attention',
  doc: 'One invocation a query and head, running maximum and sum (arXiv 1805.02867): any number of keys.',
  accepts: (step) =>
    step.outputs.length === 1 && step.prologue.length === 0 && aligned(step.attrs) && !step.attrs.talkingHeads,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const [qShape, kShape, vShape] = [shapeOf(step.inputs[0]), shapeOf(step.inputs[1]), shapeOf(step.inputs[2])];
    const output = shapeOf(step.outputs[0]);
    const [q, k, v] = [shader.input(0), shader.input(1), shader.input(2)];
    const out = shader.output();
    const keys = tokens(kShape);
    const queries = tokens(qShape);
    const grid = lineGrid(rowCount(qShape) * a.heads, caps);
    const depth = a.keyDim / 4;
    const values = a.valueDim / 4;
    const kv = keyHead(a, 'head');
    return shader.build(
      `@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let head = index % ${a.heads}u;
let row = index / ${a.heads}u;
let n = row / ${queries}u;
let fromQ = ${headBase(qShape, a.layout[0], 'row', 'head')};
var query: array<vec4f, ${depth}>;
for (var d = 0u; d < ${depth}u; d++) { query[d] = ${shader.load(q, 'fromQ + d')} * ${f32Literal(a.scale)}; }
var sums: array<vec4f, ${values}>;
var largest = -3.40282e38;
var total = 0.0;
for (var j = 0u; j < ${keys}u; j++) {
let fromK = ${headBase(kShape, a.layout[1], `n * ${keys}u + j`, kv)};
var products = vec4f();
for (var d = 0u; d < ${depth}u; d++) { products += query[d] * ${shader.load(k, 'fromK + d')}; }
let score = products.x + products.y + products.z + products.w${step.weights.bias ? ` + ${element(shader, 'bias', `(head * ${queries}u + row % ${queries}u) * ${keys}u + j`)}` : ''};
let top = max(largest, score);
let shrink = exp(max(largest - top, -80.0));
let share = exp(max(score - top, -80.0));
total = total * shrink + share;
largest = top;
let fromV = ${headBase(vShape, a.layout[2], `n * ${keys}u + j`, kv)};
for (var d = 0u; d < ${values}u; d++) { sums[d] = sums[d] * shrink + share * ${shader.load(v, 'fromV + d')}; }
}
for (var d = 0u; d < ${values}u; d++) {
let block = head * ${values}u + d;
var acc = sums[d] / total;
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(out, `row * ${channelBlocks(output)}u + block`, 'acc')}
}
}`,
      grid.workgroups,
    );
  },
};

/** Scores that one invocation may keep: 8 KiB, the specification's limit for private variables. */
const keptScores = 2048;

export const generalAttention: Kernel<'attention'> = {
  name: 'attention/general',
  family: 'attention',
  doc: 'One invocation a query, all heads: talking heads, and heads that do not fill whole vec4s.',
  accepts: (step) =>
    step.outputs.length === 1 &&
    step.prologue.length === 0 &&
    step.attrs.heads * tokens(shapeOf(step.inputs[1])) <= keptScores,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const [qShape, kShape, vShape] = [shapeOf(step.inputs[0]), shapeOf(step.inputs[1]), shapeOf(step.inputs[2])];
    const output = shapeOf(step.outputs[0]);
    const keys = tokens(kShape);
    const queries = tokens(qShape);
    const buffers = [shader.input(0), shader.input(1), shader.input(2)] as const;
    const out = shader.output();
    const grid = lineGrid(rowCount(qShape), caps);
    const at = (operand: 0 | 1 | 2, shape: Shape, row: string, channel: string): string =>
      `(${shader.load(buffers[operand], `(${row}) * ${channelBlocks(shape)}u + (${channel}) / 4u`)})[(${channel}) % 4u]`;
    const channel = (l: OperandLayout, head: string): string => `${l.offset}u + ${head} * ${l.headStride}u + d`;
    // One constant for the four tensors of talking heads: bindings are few. Each starts at a whole vec4.
    const square = Math.ceil((a.heads * a.heads) / 4) * 4;
    const vector = Math.ceil(a.heads / 4) * 4;
    const packed: PackedWeight = {
      packer: 'vector',
      roles: ['mix1', 'mix1Bias', 'mix2', 'mix2Bias'],
      options: {},
      elements: 2 * (square + vector),
    };
    const talk = (at: string): string => `(${shader.load(shader.weight('mix', packed), `(${at}) / 4u`)})[(${at}) % 4u]`;
    const mix = (first: number): string => `for (var j = 0u; j < ${keys}u; j++) {
var column: array<f32, ${a.heads}>;
for (var g = 0u; g < ${a.heads}u; g++) { column[g] = scores[g * ${keys}u + j]; }
for (var h = 0u; h < ${a.heads}u; h++) {
var sum = ${talk(`${first + square}u + h`)};
for (var g = 0u; g < ${a.heads}u; g++) { sum += ${talk(`${first}u + h * ${a.heads}u + g`)} * column[g]; }
scores[h * ${keys}u + j] = sum;
}
}`;
    return shader.build(
      `var<private> scores: array<f32, ${a.heads * keys}>;
@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let row = index;
let n = row / ${queries}u;
for (var h = 0u; h < ${a.heads}u; h++) {
let kh = ${keyHead(a, 'h')};
for (var j = 0u; j < ${keys}u; j++) {
var score = 0.0;
for (var d = 0u; d < ${a.keyDim}u; d++) {
score += ${at(0, qShape, 'row', channel(a.layout[0], 'h'))} * ${at(1, kShape, `n * ${keys}u + j`, channel(a.layout[1], 'kh'))};
}
scores[h * ${keys}u + j] = score * ${f32Literal(a.scale)}${step.weights.bias ? ` + ${element(shader, 'bias', `(h * ${queries}u + row % ${queries}u) * ${keys}u + j`)}` : ''};
}
}
${a.talkingHeads ? mix(0) : ''}
for (var h = 0u; h < ${a.heads}u; h++) {
var top = -3.40282e38;
for (var j = 0u; j < ${keys}u; j++) { top = max(top, scores[h * ${keys}u + j]); }
var total = 0.0;
for (var j = 0u; j < ${keys}u; j++) { let e = exp(max(scores[h * ${keys}u + j] - top, -80.0)); scores[h * ${keys}u + j] = e; total += e; }
for (var j = 0u; j < ${keys}u; j++) { scores[h * ${keys}u + j] /= total; }
}
${a.talkingHeads ? mix(square + vector) : ''}
for (var block = 0u; block < ${channelBlocks(output)}u; block++) {
var acc = vec4f();
for (var lane = 0u; lane < 4u; lane++) {
let c = block * 4u + lane;
if (c >= ${a.heads * a.valueDim}u) { break; }
let h = c / ${a.valueDim}u;
let d = c % ${a.valueDim}u;
let kh = ${keyHead(a, 'h')};
var sum = 0.0;
for (var j = 0u; j < ${keys}u; j++) { sum += scores[h * ${keys}u + j] * ${at(2, vShape, `n * ${keys}u + j`, channel(a.layout[2], 'kh'))}; }
acc[lane] = sum;
}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(out, `row * ${channelBlocks(output)}u + block`, 'acc')}
}
}`,
      grid.workgroups,
    );
  },
};
