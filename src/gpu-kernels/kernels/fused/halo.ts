// Shader text that the kernels with an expansion share: the halo of an output tile is expanded into workgroup memory and filtered from there.
import type { Window } from '../../families/window.ts';
import type { Rider, Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, type Shader } from '../../wgsl/shader.ts';
import { pixelsTogether, stripOutputs, type HaloTile } from './expand-depthwise-tile.ts';
import { blockProduct, columnWeights } from '../../wgsl/product.ts';
import { columnOf, range, stripColumns } from '../../wgsl/strip.ts';

/**
 * Expands the part of the halo that lies on the map, a few pixels at a time; what lies outside stays 0, as memory begins.
 * `groups` of whole vec4s. Needs u32 `n`, `local`, `lane`, `block` (a channel block of the `channels` expanded ones, in range) and i32 `top`, `left`.
 */
export function expandHalo(
  shader: Shader,
  t: HaloTile,
  channels: number,
  middle: readonly Rider[],
  groups = 1,
): string {
  const input = (shader.step.inputs[0] as Value).shape;
  const [batch, height, width, depth] = input as [number, number, number, number];
  const wide: Shape = [batch, height, width, channels];
  const in4 = channelBlocks(input);
  const wide4 = channelBlocks(wide);
  const lanes = in4 === 1 ? depth : 4;
  const x = shader.input(0);
  const w = shader.weight('expandColumns', columnWeights([channels, depth / groups], 'expandWeight'));
  const bias = shader.vector('expandBias');
  const pixels = range(pixelsTogether);
  const rounds = Math.ceil((t.haloHeight * t.haloWidth * t.blocks) / (pixelsTogether * t.invocations));
  return `let firstY = max(top, 0);
let firstX = max(left, 0);
let rectangleWidth = u32(max(0, min(left + ${t.haloWidth}, ${width}) - firstX));
let rectangle = u32(max(0, min(top + ${t.haloHeight}, ${height}) - firstY)) * rectangleWidth;
for (var i = local / ${t.blocks}u; i * ${pixelsTogether}u < rectangle; i += ${t.invocations / t.blocks}u) { // ${rounds} rounds
${pixels
  .map(
    (p) => `let at${p} = min(i * ${pixelsTogether}u + ${p}u, rectangle - 1u);
let y${p} = u32(firstY) + at${p} / rectangleWidth;
let x${p} = u32(firstX) + at${p} % rectangleWidth;
let pixel${p} = (n * ${height}u + y${p}) * ${width}u + x${p};
var e${p} = ${shader.load(bias, 'block')};`,
  )
  .join('\n')}
for (var k = 0u; k < ${in4 / groups}u; k++) {
let at = k * ${4 * wide4}u + block;
${groups > 1 ? `let c = (block / ${wide4 / groups}u) * ${in4 / groups}u + k;` : 'let c = k;'}
${range(lanes)
  .map((lane) => `let w${lane} = ${shader.load(w, lane === 0 ? 'at' : `at + ${lane * wide4}u`)};`)
  .join(' ')}
${pixels.map((p) => `{ var x = ${shader.load(x, `pixel${p} * ${in4}u + c`)}; ${shader.riders(shader.step.prologue, 'x', input, `pixel${p}`, 'c', false)} ${blockProduct(`e${p}`, 'x', lanes)} }`).join('\n')}
}
${pixels
  .map(
    (p) => `${shader.riders(middle, `e${p}`, wide, `pixel${p}`, 'block', false)}
halo[((y${p} - u32(top)) * ${t.haloWidth}u + (x${p} - u32(left))) * ${t.blocks}u + lane] = e${p};`,
  )
  .join('\n')}
}`;
}

/**
 * Filters the halo: strips of the tile, several an invocation where the tile is large. `finish` is the text that takes output `a{o}`
 * at u32 `innerRow`, `inner` (its column in the tile).
 */
export function filterHalo(
  shader: Shader,
  t: HaloTile,
  w: Window,
  channels: number,
  roles: { readonly weight: string; readonly bias: string },
  finish: (value: string) => string,
): string {
  const wide4 = Math.ceil(channels / 4);
  const taps = shader.weight('taps', {
    packer: 'taps',
    roles: [roles.weight],
    options: {},
    elements: w.kernel[0] * w.kernel[1] * wide4 * 4,
  });
  const bias = shader.vector(roles.bias);
  const columns = stripColumns(w, stripOutputs);
  const strips = Math.ceil(t.width / stripOutputs);
  const outputs = range(stripOutputs);
  return `let start = ${shader.load(bias, 'block')};
for (var i = local / ${t.blocks}u; i < ${strips * t.height}u; i += ${t.invocations / t.blocks}u) {
let innerRow = i / ${strips}u;
let innerColumn = (i % ${strips}u) * ${stripOutputs}u;
${outputs.map((o) => `var a${o} = start;`).join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let at = ((innerRow * ${w.stride[0]}u + ky * ${w.dilation[0]}u) * ${t.haloWidth}u + innerColumn * ${w.stride[1]}u) * ${t.blocks}u + lane;
${columns.map((offset, j) => `let x${j} = halo[at + ${offset * t.blocks}u];`).join('\n')}
${range(w.kernel[1])
  .map(
    (kx) =>
      `{ let w = ${shader.load(taps, `(ky * ${w.kernel[1]}u + ${kx}u) * ${wide4}u + block`)}; ${outputs.map((o) => `a${o} += x${columnOf(columns, w, o, kx)} * w;`).join(' ')} }`,
  )
  .join('\n')}
}
${outputs
  .map(
    (o) => `{ let inner = innerColumn + ${o}u;
${t.width % stripOutputs === 0 ? finish(`a${o}`) : `if (inner < ${t.width}u) {\n${finish(`a${o}`)}\n}`} }`,
  )
  .join('\n')}
}`;
}
