// Register tiles of a matrix product on GPUs: each invocation accumulates a few rows of one vec4 of output channels.
import type { StepShape } from '../step.ts';
import type { Capabilities, PackedWeight } from '../kernel.ts';
import type { Shape } from '../op.ts';
import { f32Literal, type Shader } from './shader.ts';
import type { StepOf } from '../families/index.ts';
import type { LayerNormAttrs } from '../families/norms.ts';
import { rowNumbers, type ProductRows } from './product-rows.ts';

/** Weights with neighbouring outputs side by side, so that neighbouring invocations read neighbouring vec4s: packer `columns`. */
export function columnWeights(shape: Shape, role = 'weight'): PackedWeight {
  const [out, input, ...window] = shape as [number, number, ...number[]];
  const taps = window.reduce((a, b) => a * b, 1);
  return {
    packer: 'columns',
    roles: [role],
    options: {},
    elements: taps * Math.ceil(input / 4) * 4 * Math.ceil(out / 4) * 4,
  };
}

/** `acc + x · W` for one block of four inputs; `w{lane}` hold four outputs each. Lanes beyond the last input channel are left out. */
export const blockProduct = (acc: string, x: string, lanes: number, w = 'w'): string =>
  `${acc} += ${['x', 'y', 'z', 'w']
    .slice(0, lanes)
    .map((lane, i) => `${x}.${lane} * ${w}${i}`)
    .join(' + ')};`;

/** Input lanes in use: fewer than four only where the input is a single block (a picture's three channels). */
export const lanesOf = (g: ProductRows): number => (g.in4 === 1 ? (g.input.at(-1) as number) : 4);

/** What happens to inputs as they are loaded: once a channel block, and to each vec4. */
export interface OnLoad {
  readonly once: string;
  readonly each: string;
}

/**
 * The loop over input blocks for one tap: adds to `vec4f` variables `a{p}`. Needs u32 `column` (the output's vec4, in range),
 * `tap` and what `ProductRows` declares for each row. With `moments`, adds a row's inputs to f32 `t{p}` and their squares to `q{p}`. Blocks `start`, `start + stride`, … of the group.
 * `before`: statements on block `c`, and on its `x` ahead of the prologue.
 */
export function tileLoop(
  shader: Shader,
  step: StepShape,
  g: ProductRows,
  rows: number,
  blocks: { start: string; stride: number } = { start: '0u', stride: 1 },
  moments = false,
  before: OnLoad = { once: '', each: '' },
): string {
  const x = shader.input(0);
  const w = shader.weight('columns', columnWeights((step.weights.weight as { shape: Shape }).shape));
  const lanes = lanesOf(g);
  const first = g.groups === 1 ? 'k' : `(column / ${g.out4 / g.groups}u) * ${g.group4}u + k`;
  return `for (var k = ${blocks.start}; k < ${g.group4}u; k += ${blocks.stride}u) {
let c = ${first};
let at = (tap * ${g.group4}u + k) * ${4 * g.out4}u + column;
${rowNumbers(lanes)
  .map((lane) => `let w${lane} = ${shader.load(w, lane === 0 ? 'at' : `at + ${lane * g.out4}u`)};`)
  .join(' ')} ${before.once}
${rowNumbers(rows)
  .map((p) => {
    const riders = shader.riders(step.prologue, 'x', g.input, `pixel${p}`, 'c', false);
    return `{ var x = ${shader.load(x, `pixel${p} * ${g.in4}u + c`)}; ${before.each} ${riders}${g.guarded ? ` x = select(vec4f(), x, inside${p});` : ''} ${blockProduct(`a${p}`, 'x', lanes)}${moments ? ` t${p} += x.x + x.y + x.z + x.w; q${p} += dot(x, x);` : ''} }`;
  })
  .join('\n')}
}`;
}

/** A grid of workgroups in one line, folded where the device's limit asks for it; declares u32 `tile` and leaves surplus groups. */
export function tileGrid(
  tiles: number,
  caps: Capabilities,
): { workgroups: [number, number, number]; prologue: string } {
  const across = Math.min(tiles, caps.maxWorkgroupsPerDimension);
  const down = Math.ceil(tiles / across);
  return {
    workgroups: [across, down, 1],
    prologue:
      down === 1
        ? 'let tile = group.x;'
        : `let tile = group.y * ${across}u + group.x;\nif (tile >= ${tiles}u) { return; }`,
  };
}

/** Columns of invocations in a workgroup: the widest of `choices` that leaves the fewest idle. */
export const columnThreads = (out4: number, choices: readonly number[]): number =>
  choices.reduce((best, c) => (Math.ceil(out4 / c) * c < Math.ceil(out4 / best) * best ? c : best));

/** The layer norm that a product's rows have before it; only kernels that say so take it. */
export const normOf = (step: StepOf<'pointwise' | 'conv2d'>): LayerNormAttrs | undefined =>
  step.family === 'pointwise' ? step.attrs.norm : undefined;

/** `acc`, a product of a row of `width` inputs as they are, becomes that of the normalised row: f32 `t` is their sum, `q` that of squares. */
export const normalised = (acc: string, t: string, q: string, total: string, width: number, eps: number): string =>
  `{ let mean = ${t} / ${width}.0; ${acc} = (${acc} - mean * ${total}) * inverseSqrt(max(${q} / ${width}.0 - mean * mean, 0.0) + ${f32Literal(eps)}); }`;
