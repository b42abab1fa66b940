// Attention on GPUs in one dispatch: a workgroup keeps the scores of a few queries in its memory, so keys and values are read once a query tile.
import type { AttentionStepAttrs, OperandLayout } from '../../families/attention.ts';
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, rowCount, Shader } from '../../wgsl/shader.ts';
import { tileGrid } from '../../wgsl/product.ts';
import { range } from '../../wgsl/strip.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
const padded = (count: number): number => Math.ceil(count / 4) * 4;
const tokens = (shape: Shape): number => rowCount(shape) / (shape[0] as number);

const wholeVectors = ({ keyDim, valueDim, layout }: AttentionStepAttrs): boolean =>
  [keyDim, valueDim, ...layout.flatMap((l) => [l.offset, l.headStride])].every((n) => n % 4 === 0);

interface Tile {
  /** Heads a workgroup: one, or all where heads are mixed. */
  readonly heads: number;
  readonly queries: number;
  /** Rows of scores: heads × queries. */
  readonly rows: number;
  readonly size: number;
  /** Invocations that share the softmax of one row. */
  readonly lanes: number;
}

/** Invocations below which a large GPU idles. */
const busyInvocations = 192 * 32;
/** vec4s of queries that meet a key at once: the compiler keeps all of them in registers. */
const maxQueryVectors = 64;

function tileOf(step: StepOf<'attention'>, caps: Capabilities): Tile | undefined {
  const a = step.attrs;
  const heads = a.talkingHeads ? a.heads : 1;
  const keys = tokens(shapeOf(step.inputs[1]));
  const queries = tokens(shapeOf(step.inputs[0]));
  const size = Math.min(a.talkingHeads ? 256 : 64, caps.maxInvocationsPerWorkgroup);
  const tiles = [8, 4, 2, 1].map((count): Tile => {
    const rows = heads * count;
    return { heads, queries: count, rows, size, lanes: Math.max(1, Math.floor(size / rows)) };
  });
  const fits = ({ rows }: Tile): boolean =>
    4 * (rows * keys + rows * a.keyDim + size + rows) <= caps.maxWorkgroupStorageBytes;
  const groups = (t: Tile): number =>
    ((shapeOf(step.inputs[0])[0] as number) * a.heads * Math.ceil(queries / t.queries)) / heads;
  const fitting = tiles.filter(fits);
  return (
    fitting.find((t) => (t.queries * a.keyDim) / 4 <= maxQueryVectors && groups(t) * t.size >= busyInvocations) ??
    fitting.at(-1)
  );
}

export const attentionWorkgroup: Kernel<'attention'> = {
  name: 'attention/workgroup',
  family: 'attention',
  doc: 'Scores, softmax and values of up to 8 queries a workgroup: multi-head, multi-query, joint qkv, bias, talking heads; about a thousand keys.',
  accepts: (step, caps) =>
    !caps.software &&
    step.outputs.length === 1 &&
    step.prologue.length === 0 &&
    wholeVectors(step.attrs) &&
    step.attrs.heads <= 16 &&
    tileOf(step, caps) !== undefined,
  build(step, caps, precision) {
    const a = step.attrs;
    const t = tileOf(step, caps) as Tile;
    const [qShape, kShape, vShape, output] = [
      shapeOf(step.inputs[0]),
      shapeOf(step.inputs[1]),
      shapeOf(step.inputs[2]),
      shapeOf(step.outputs[0]),
    ];
    const [queries, keys] = [tokens(qShape), tokens(kShape)];
    const shader = new Shader(step, precision);
    const [q, k, v] = [shader.input(0), shader.input(1), shader.input(2)];
    const out = shader.output();
    const depth = a.keyDim / 4;
    const values = a.valueDim / 4;
    const queryTiles = Math.ceil(queries / t.queries);
    const grid = tileGrid((qShape[0] as number) * queryTiles * (a.heads / t.heads), caps);
    const mine = range(t.queries);
    const keyHead = a.heads === a.kvHeads ? 'head' : a.kvHeads === 1 ? '0u' : `(head / ${a.heads / a.kvHeads}u)`;
    const headBase = (shape: Shape, l: OperandLayout, row: string, head: string): string =>
      `(${row}) * ${channelBlocks(shape)}u + ${l.offset / 4}u + ${head} * ${l.headStride / 4}u`;
    const plain = (name: string, roles: string[], at: string): string => {
      const count = roles.reduce(
        (sum, role) => sum + padded(elements((step.weights[role] as { shape: Shape }).shape)),
        0,
      );
      const buffer = shader.weight(name, { packer: 'vector', roles, options: {}, elements: count });
      return `(${shader.load(buffer, `(${at}) / 4u`)})[(${at}) % 4u]`;
    };
    // The four constants of talking heads share a binding: `mix1`, `mix1Bias`, `mix2`, `mix2Bias`, each padded to whole vec4s.
    const mixStart = [
      0,
      padded(a.heads * a.heads),
      padded(a.heads * a.heads) + padded(a.heads),
      2 * padded(a.heads * a.heads) + padded(a.heads),
    ] as const;
    const mixed = (part: 0 | 1 | 2 | 3, index: number): string =>
      plain('mix', ['mix1', 'mix1Bias', 'mix2', 'mix2Bias'], `${mixStart[part] + index}u`);
    const bias = (m: number): string =>
      step.weights.bias
        ? ` + ${plain('bias', ['bias'], `(head * ${queries}u + min(firstQuery + ${m}u, ${queries - 1}u)) * ${keys}u + j`)}`
        : '';
    const score = (h: string, m: string): string => `scores[(${h} * ${t.queries}u + ${m}) * ${keys}u + j]`;
    const mix = (
      weight: 0 | 2,
      offset: 1 | 3,
      scaled: boolean,
    ): string => `for (var i = local; i < ${t.queries * keys}u; i += ${t.size}u) {
let m = i / ${keys}u;
let j = i % ${keys}u;
${range(a.heads)
  .map((g) => `let s${g} = ${score(`${g}u`, 'm')}${scaled ? ` * inverse[${g * t.queries}u + m]` : ''};`)
  .join('\n')}
${range(a.heads)
  .map(
    (h) =>
      `${score(`${h}u`, 'm')} = ${mixed(offset, h)} + ${range(a.heads)
        .map((g) => `${mixed(weight, h * a.heads + g)} * s${g}`)
        .join(' + ')};`,
  )
  .join('\n')}
}
workgroupBarrier();`;
    const columns = Math.min(t.heads * values, t.size);
    const queryLanes = Math.max(1, Math.floor(t.size / columns));
    const perLane = range(Math.ceil(t.queries / queryLanes));
    return shader.build(
      `var<workgroup> query: array<vec4f, ${t.rows * depth}>;
var<workgroup> scores: array<f32, ${t.rows * keys}>;
var<workgroup> shares: array<f32, ${t.size}>;
var<workgroup> inverse: array<f32, ${t.rows}>;
@compute @workgroup_size(${t.size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let firstQuery = (tile % ${queryTiles}u) * ${t.queries}u;
let firstHead = ${t.heads === a.heads ? '0u' : `(tile / ${queryTiles}u) % ${a.heads}u`};
let n = tile / ${queryTiles * (a.heads / t.heads)}u;
for (var i = local; i < ${t.rows * depth}u; i += ${t.size}u) {
let row = i / ${depth}u;
let head = firstHead + row / ${t.queries}u;
let token = n * ${queries}u + min(firstQuery + row % ${t.queries}u, ${queries - 1}u);
query[i] = ${shader.load(q, `${headBase(qShape, a.layout[0], 'token', 'head')} + i % ${depth}u`)} * ${f32Literal(a.scale)};
}
workgroupBarrier();
for (var h = 0u; h < ${t.heads}u; h++) {
let head = firstHead + h;
for (var j = local; j < ${keys}u; j += ${t.size}u) {
let fromK = ${headBase(kShape, a.layout[1], `n * ${keys}u + j`, keyHead)};
${mine.map((m) => `var s${m} = 0.0;`).join(' ')}
for (var d = 0u; d < ${depth}u; d++) {
let key = ${shader.load(k, 'fromK + d')};
${mine.map((m) => `s${m} += dot(query[(h * ${t.queries}u + ${m}u) * ${depth}u + d], key);`).join('\n')}
}
${mine.map((m) => `${score('h', `${m}u`)} = s${m}${bias(m)};`).join('\n')}
}
}
workgroupBarrier();
${a.talkingHeads ? mix(0, 1, false) : ''}
${softmax(t, keys)}
${a.talkingHeads ? mix(2, 3, true) : ''}
let lane = local / ${columns}u;
if (lane >= ${queryLanes}u) { return; }
for (var item = local % ${columns}u; item < ${t.heads * values}u; item += ${columns}u) {
let h = item / ${values}u;
let head = firstHead + h;
let fromV = ${headBase(vShape, a.layout[2], `n * ${keys}u`, keyHead)} + item % ${values}u;
${perLane.map((i) => `let m${i} = min(lane + ${i * queryLanes}u, ${t.queries - 1}u); var a${i} = vec4f();`).join('\n')}
for (var j = 0u; j < ${keys}u; j++) {
let value = ${shader.load(v, `fromV + j * ${channelBlocks(vShape)}u`)};
${perLane.map((i) => `a${i} += ${score('h', `m${i}`)} * value;`).join('\n')}
}
let block = head * ${values}u + item % ${values}u;
${perLane
  .map(
    (i) => `if (lane + ${i * queryLanes}u < ${t.queries}u && firstQuery + m${i} < ${queries}u) {
let row = n * ${queries}u + firstQuery + m${i};
${a.talkingHeads ? '' : `a${i} *= inverse[h * ${t.queries}u + m${i}];`}
${shader.riders(step.epilogue, `a${i}`, output, 'row', 'block')}
${shader.store(out, `row * ${channelBlocks(output)}u + block`, `a${i}`)}
}`,
  )
  .join('\n')}
}
}`,
      grid.workgroups,
    );
  },
};

/** Leaves exponentials in `scores` and the inverse of each row's sum in `inverse`. */
function softmax(t: Tile, keys: number): string {
  const each = (body: string): string => `for (var j = lane; j < ${keys}u; j += ${t.lanes}u) {\n${body}\n}`;
  const body = `var top = -3.40282e38;
${each(`top = max(top, scores[row * ${keys}u + j]);`)}`;
  const spread = `var total = 0.0;
${each(`let e = exp(max(scores[row * ${keys}u + j] - top, -80.0)); scores[row * ${keys}u + j] = e; total += e;`)}`;
  if (t.lanes === 1) {
    return `for (var row = local; row < ${t.rows}u; row += ${t.size}u) {
let lane = 0u;
${body}
${spread}
inverse[row] = 1.0 / total;
}
workgroupBarrier();`;
  }
  return `{ let row = min(local / ${t.lanes}u, ${t.rows - 1}u);
let lane = local % ${t.lanes}u;
let live = local < ${t.rows * t.lanes}u;
${body}
shares[local] = top;
workgroupBarrier();
for (var l = 0u; l < ${t.lanes}u; l++) { top = max(top, shares[row * ${t.lanes}u + l]); }
workgroupBarrier();
var total = 0.0;
if (live) {
${each(`let e = exp(max(scores[row * ${keys}u + j] - top, -80.0)); scores[row * ${keys}u + j] = e; total += e;`)}
}
shares[local] = total;
workgroupBarrier();
if (live && lane == 0u) {
total = 0.0;
for (var l = 0u; l < ${t.lanes}u; l++) { total += shares[row * ${t.lanes}u + l]; }
inverse[row] = 1.0 / total;
}
}
workgroupBarrier();`;
}
