// Coordinate attention (arXiv 2103.02907 §3.2) in two dispatches: the means of all rows and columns, then both small layers of each of them.
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, Shader } from '../../wgsl/shader.ts';
import { acrossLanes, shareOut } from '../../wgsl/across.ts';
import { columnWeights, tileGrid } from '../../wgsl/product.ts';
import { layer } from '../../wgsl/gate-layers.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

export const axisMeansWorkgroup: Kernel<'axisMeans'> = {
  name: 'axisMeans/workgroup',
  family: 'axisMeans',
  doc: 'The lanes of a workgroup share a row or a column of the map; both kinds in one grid.',
  accepts: (step, caps) => !caps.software && step.prologue.length === 0 && step.epilogue.length === 0,
  build(step, caps, precision) {
    const [batch, height, width] = shapeOf(step.inputs[0]) as [number, number, number];
    const blocks = channelBlocks(shapeOf(step.inputs[0]));
    const lines = height + width;
    const results = batch * lines * blocks;
    const sharing = shareOut(results, Math.max(height, width), Math.min(256, caps.maxInvocationsPerWorkgroup));
    const shader = new Shader(step, precision);
    const x = shader.input(0);
    const out = shader.output();
    const grid = tileGrid(Math.ceil(results / sharing.together), caps);
    const whole = results % sharing.together === 0;
    const rounds = Math.ceil(Math.max(height, width) / sharing.lanes);
    return shader.build(
      `var<workgroup> partial: array<vec4f, ${sharing.size}>;
@compute @workgroup_size(${sharing.size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let place = tile * ${sharing.together}u + local % ${sharing.together}u;
let index = ${whole ? 'place' : `min(place, ${results - 1}u)`};
let lane = local / ${sharing.together}u;
let block = index % ${blocks}u;
let line = (index / ${blocks}u) % ${lines}u;
let n = index / ${blocks * lines}u;
let isRow = line < ${height}u;
let first = n * ${height * width}u + select(line - ${height}u, line * ${width}u, isRow);
let stride = select(${width}u, 1u, isRow);
let count = select(${height}u, ${width}u, isRow);
var own = vec4f();
for (var i = lane; i < count; i += ${sharing.lanes}u) { // ${rounds} rounds
own += ${shader.load(x, `(first + i * stride) * ${blocks}u + block`)};
}
${acrossLanes(sharing, 'partial', 'vec4f', 'sum', 'own', { neighbours: false })}
if (lane == 0u${whole ? '' : ` && place < ${results}u`}) {
let mean = sum * select(${f32Literal(1 / height)}, ${f32Literal(1 / width)}, isRow);
${shader.store(out, 'index', 'mean')}
}
}`,
      grid.workgroups,
    );
  },
};

export const coordinateGateWorkgroup: Kernel<'coordinateGate'> = {
  name: 'coordinateGate/workgroup',
  family: 'coordinateGate',
  doc: 'A workgroup a row or column: the hidden layer stays in its memory, the second layer is the one of rows or of columns.',
  accepts: (step, caps) =>
    !caps.software &&
    step.prologue.length === 0 &&
    [...step.attrs.act, ...step.epilogue].every(({ kind }) => kind === 'unary') &&
    (Math.ceil(step.attrs.hidden / 4) + Math.min(256, caps.maxInvocationsPerWorkgroup)) * 16 <=
      caps.maxWorkgroupStorageBytes,
  build(step, caps, precision) {
    const { rows, hidden, act } = step.attrs;
    const input = shapeOf(step.inputs[0]);
    const [batch, lines, , channels] = input as [number, number, number, number];
    const [rowShape, columnShape] = [shapeOf(step.outputs[0]), shapeOf(step.outputs[1])];
    const results = rowShape.at(-1) as number;
    const [in4, hidden4, out4] = [channelBlocks(input), Math.ceil(hidden / 4), channelBlocks(rowShape)];
    const size = Math.min(256, caps.maxInvocationsPerWorkgroup);
    const shader = new Shader(step, precision);
    const x = shader.input(0);
    const w1 = shader.weight('columns1', columnWeights([hidden, channels], 'w1'));
    const w2 = shader.weight('columns2', columnWeights([results, hidden], 'w2'));
    const w3 = shader.weight('columns3', columnWeights([results, hidden], 'w3'));
    // One binding for the three biases: eight are all that a device must have.
    const roles = ['b1', 'b2', 'b3'];
    const biases = shader.weight('biases', {
      packer: 'vector',
      roles,
      options: {},
      elements: roles.reduce((sum, role) => sum + 4 * Math.ceil(elements(step.weights[role]?.shape ?? []) / 4), 0),
    });
    const outs = [shader.output(0), shader.output(1)] as const;
    const grid = tileGrid(batch * lines, caps);
    const product = (w: typeof w1, blocks: number): string =>
      `sum += x.x * ${shader.load(w, 'at')} + x.y * ${shader.load(w, `at + ${blocks}u`)} + x.z * ${shader.load(w, `at + ${2 * blocks}u`)} + x.w * ${shader.load(w, `at + ${3 * blocks}u`)};`;
    const first = `let x = ${shader.load(x, `tile * ${in4}u + index`)};
let at = index * ${4 * hidden4}u + block;
${product(w1, hidden4)}`;
    const second = `let x = inner[index];
let at = index * ${4 * out4}u + block;
if (isRow) { ${product(w2, out4)} } else { ${product(w3, out4)} }`;
    const store = (n: 0 | 1, row: string, shape: Shape): string =>
      `v += ${shader.load(biases, `${hidden4 + n * out4}u + block`)};
let row = ${row};
${shader.riders(step.epilogue, 'v', shape, 'row', 'block')}
${shader.store(outs[n], `row * ${out4}u + block`, 'v')}`;
    return shader.build(
      `var<workgroup> inner: array<vec4f, ${hidden4}>;
var<workgroup> partial: array<vec4f, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let line = tile % ${lines}u;
let n = tile / ${lines}u;
let isRow = line < ${rows}u;
${layer(
  size,
  hidden4,
  in4,
  first,
  `v += ${shader.load(biases, 'block')};
${shader.riders(act, 'v', [batch, lines, 1, hidden], 'tile', 'block')}
inner[block] = v;`,
)}
${layer(
  size,
  out4,
  hidden4,
  second,
  `if (isRow) {
${store(0, `n * ${rows}u + line`, rowShape)}
} else {
${store(1, `n * ${lines - rows}u + line - ${rows}u`, columnShape)}
}`,
)}
}`,
      grid.workgroups,
    );
  },
};
