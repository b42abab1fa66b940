// Pointwise and dense k×k convolution on software adapters: register tiles shared by the four invocations of a quad.
import type { Conv2dStepAttrs, PointwiseAttrs, Window } from '../families.ts';
import type { BuiltKernel, Capabilities, Kernel, Precision } from '../kernel.ts';
import type { Shape } from '../op.ts';
import { channelBlocks, rowCount, Shader } from '../shader.ts';
import type { Step, Value } from '../step.ts';
import { outputPixel } from './window.ts';
import { chooseQuadTile, overhangs, quadAccumulators, quadStep, quadStore, quadWeights, type QuadTile } from './wgsl-quad.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
const quadsPerGroup = 2;

/** Groups must be whole vec4s on both sides. */
const aligned = (step: Step, groups: number): boolean =>
  groups === 1 || ((shapeOf(step.inputs[0]).at(-1) as number) % (4 * groups) === 0 && (shapeOf(step.outputs[0]).at(-1) as number) % (4 * groups) === 0);

/** Fewer rows than lanes would compute the same row several times: the generic kernels read each weight once as well. */
const takes = (step: Step, caps: Capabilities, groups: number): boolean =>
  caps.software && caps.subgroups && step.outputs.length === 1 && rowCount(shapeOf(step.outputs[0])) >= 3 && aligned(step, groups);

const tileFor = (step: Step, groups: number, taps: number): QuadTile => {
  const output = shapeOf(step.outputs[0]);
  const channels = output.at(-1) as number;
  return chooseQuadTile(rowCount(output), channels, (channelBlocks(shapeOf(step.inputs[0])) * taps) / groups, groups === 1 ? undefined : channels / groups);
};

interface Geometry {
  readonly groups: number;
  readonly taps: number;
  readonly tile: QuadTile;
  /** Declares what each row needs once: `pixel{p}` where the input pixel does not depend on the tap. */
  rowStart(p: number): string;
  /** Wraps the body in loops over the taps; the body sees u32 `tap`, `pixel{p}` and, where `guarded`, bool `inside{p}`. */
  overTaps(body: string): string;
  readonly guarded: boolean;
}

function build(step: Step, precision: Precision, caps: Capabilities, g: Geometry): BuiltKernel {
  const { tile } = g;
  const shader = new Shader(step, precision);
  shader.enable('subgroups');
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const in4 = channelBlocks(input);
  const out4 = channelBlocks(output);
  const rows = rowCount(output);
  const group4 = in4 / g.groups;
  const columnTiles = Math.ceil((output.at(-1) as number) / tile.columns);
  const tiles = columnTiles * Math.ceil(rows / (4 * tile.rows));
  const x = shader.input(0);
  const w = shader.weight('quads', quadWeights('weight', (step.weights.weight as { shape: Shape }).shape, tile));
  const bias = shader.vector('bias');
  const out = shader.output();
  const each = (text: (p: number) => string): string => Array.from({ length: tile.rows }, (_, p) => text(p)).join('\n');
  const first = g.groups === 1 ? '0u' : `(columnTile / ${columnTiles / g.groups}u) * ${group4}u`;
  const body = `let at = (columnTile * ${g.taps}u + tap) * ${group4 * tile.columns}u + lane;
${group4 === 1 ? '{ let k = 0u;' : `for (var k = 0u; k < ${group4}u; k++) {`}
let c = ${first} + k;
${each((p) => `var x${p} = ${shader.load(x, `pixel${p} * ${in4}u + c`)};
${shader.riders(step.prologue, `x${p}`, input, `pixel${p}`, 'c', false)}
${g.guarded ? `x${p} = select(vec4f(), x${p}, inside${p});` : ''}`)}
let weightAt = at + k * ${tile.columns}u;
${quadStep(shader, w, tile)}
}`;
  const groups = Math.ceil(tiles / quadsPerGroup);
  const across = Math.min(groups, caps.maxWorkgroupsPerDimension);
  const overhang = overhangs(tile, output);
  const store = (p: number, j: number, block: string, v: string): string => `if (${[`live${p}`, ...(overhang ? [`${block} < ${out4}u`] : [])].join(' && ')}) {
${v} += bias${j};
${shader.riders(step.epilogue, v, output, `row${p}`, block)}
${shader.store(out, `row${p} * ${out4}u + ${block}`, v)}
}`;
  return shader.build(
    `@compute @workgroup_size(${4 * quadsPerGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
let lane = local & 3u;
let quad = (group.y * ${across}u + group.x) * ${quadsPerGroup}u + (local >> 2u);
let tile = min(quad, ${tiles - 1}u);
let columnTile = tile % ${columnTiles}u;
let firstRow = (tile / ${columnTiles}u) * ${4 * tile.rows}u + lane;
${each((p) => `let live${p} = quad < ${tiles}u && firstRow + ${4 * p}u < ${rows}u;
let row${p} = min(firstRow + ${4 * p}u, ${rows - 1}u);
${g.rowStart(p)}`)}
${quadAccumulators(tile)}
${g.overTaps(body)}
let firstBlock = columnTile * ${tile.columns / 4}u;
${Array.from({ length: tile.columns / 4 }, (_, j) => `let bias${j} = ${shader.load(bias, `firstBlock + ${j}u`)};`).join('\n')}
${quadStore(tile, store)}
}`,
    [across, Math.ceil(groups / across), 1],
  );
}

export const pointwiseQuad: Kernel = {
  name: 'pointwise/quad',
  family: 'pointwise',
  doc: 'Software adapters: a quad computes 4·P rows by Q channels and swaps its weights lane by lane.',
  accepts: (step, caps) => {
    const { groups, pool } = step.attrs as unknown as PointwiseAttrs;
    return pool === undefined && takes(step, caps, groups);
  },
  build(step, caps, precision) {
    const { groups, stride } = step.attrs as unknown as PointwiseAttrs;
    const output = shapeOf(step.outputs[0]);
    const tile = tileFor(step, groups, 1);
    const [, height, width] = shapeOf(step.inputs[0]) as [number, number, number];
    const strided = stride[0] > 1 || stride[1] > 1;
    return build(step, precision, caps, {
      groups,
      taps: 1,
      tile,
      guarded: false,
      rowStart: (p) =>
        strided
          ? `var pixel${p}: u32;\n{ ${outputPixel(output, `row${p}`)} pixel${p} = (n * ${height}u + oy * ${stride[0]}u) * ${width}u + ox * ${stride[1]}u; }`
          : `let pixel${p} = row${p};`,
      overTaps: (body) => `let tap = 0u;\n${body}`,
    });
  },
};

export const conv2dQuad: Kernel = {
  name: 'conv2d/quad',
  family: 'conv2d',
  doc: 'Software adapters: dense and aligned grouped windows as a product over taps, tiled like pointwise/quad.',
  accepts: (step, caps) => takes(step, caps, (step.attrs as unknown as Conv2dStepAttrs).groups),
  build(step, caps, precision) {
    const attrs = step.attrs as unknown as Conv2dStepAttrs;
    const output = shapeOf(step.outputs[0]);
    const taps = attrs.kernel[0] * attrs.kernel[1];
    const tile = tileFor(step, attrs.groups, taps);
    return build(step, precision, caps, { groups: attrs.groups, taps, tile, guarded: true, ...windowRows(shapeOf(step.inputs[0]), output, attrs, tile) });
  },
};

/** Rows of a sliding window: top left corner once, then an input pixel and a guard for each tap. */
function windowRows(input: Shape, output: Shape, w: Window, tile: QuadTile): Pick<Geometry, 'rowStart' | 'overTaps'> {
  const [batch, height, width] = input as [number, number, number, number];
  const pixels = batch * height * width;
  const rows = Array.from({ length: tile.rows }, (_, p) => p);
  return {
    rowStart: (p) => `var top${p}: i32; var left${p}: i32; var first${p}: u32;
{ ${outputPixel(output, `row${p}`)} top${p} = i32(oy * ${w.stride[0]}u) - ${w.pads[0]}; left${p} = i32(ox * ${w.stride[1]}u) - ${w.pads[1]}; first${p} = n * ${height * width}u; }`,
    overTaps: (body) => `for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
for (var kx = 0u; kx < ${w.kernel[1]}u; kx++) {
let tap = ky * ${w.kernel[1]}u + kx;
${rows
  .map(
    (p) => `let y${p} = top${p} + i32(ky * ${w.dilation[0]}u); let ix${p} = left${p} + i32(kx * ${w.dilation[1]}u);
let inside${p} = y${p} >= 0 && y${p} < ${height} && ix${p} >= 0 && ix${p} < ${width};
let pixel${p} = min(select(0u, first${p} + u32(y${p}) * ${width}u + u32(ix${p}), inside${p}), ${pixels - 1}u);`,
  )
  .join('\n')}
${body}
}
}`,
  };
}
