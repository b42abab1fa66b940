// Pointwise products and sliding windows seen alike: every output row gathers blocks of input channels over taps, one input pixel a tap.
import type { Window } from '../families/window.ts';
import type { StepOf } from '../families/index.ts';
import type { Value } from '../step.ts';
import { elements, type Shape } from '../op.ts';
import { channelBlocks, rowCount } from './shader.ts';
import { outputPixel } from './window.ts';

export interface ProductRows {
  /** Output pixels or tokens of the whole batch, before pooling. */
  readonly rows: number;
  readonly input: Shape;
  /** The result's shape before pooling. */
  readonly output: Shape;
  readonly outChannels: number;
  readonly groups: number;
  readonly taps: number;
  /** vec4s of the input, of one group of it, and of the output along the channel. */
  readonly in4: number;
  readonly group4: number;
  readonly out4: number;
  /** True where taps may fall outside of the input: the body must select by bool `inside{p}`. */
  readonly guarded: boolean;
  /** Declares what row `row{p}` needs once. */
  rowStart(p: number): string;
  /** Wraps a body in loops over the taps; it sees u32 `tap` and, for each of `count` rows, u32 `pixel{p}` and bool `inside{p}`. */
  overTaps(body: string, count: number): string;
}

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

export const rowNumbers = (count: number): number[] => Array.from({ length: count }, (_, p) => p);

/** Steps that are products over rows; the integer ones are seen as the float ones that they mirror. */
type ProductStep = StepOf<'pointwise' | 'conv2d' | 'int8Pointwise' | 'int8Conv2d'>;

export const isPooled = (step: ProductStep): boolean => step.family === 'pointwise' && step.attrs.pool !== undefined;

/** Whole vec4s a group on both sides. */
const aligned = (step: ProductStep, groups: number): boolean =>
  groups === 1 ||
  ((shapeOf(step.inputs[0]).at(-1) as number) % (4 * groups) === 0 &&
    ((step.weights.weight as { shape: Shape }).shape[0] as number) % (4 * groups) === 0);

/** The rows of a product; undefined where groups split a vec4, or a word of four channels. */
export function productRows(step: ProductStep): ProductRows | undefined {
  const { groups } = step.attrs;
  if (!aligned(step, groups)) return undefined;
  const input = shapeOf(step.inputs[0]);
  const weight = (step.weights.weight as { shape: Shape }).shape;
  const outChannels = weight[0] as number;
  const output = isPooled(step) ? [...input.slice(0, -1), outChannels] : shapeOf(step.outputs[0]);
  const in4 = channelBlocks(input);
  const common = {
    rows: rowCount(output),
    input,
    output,
    outChannels,
    groups,
    taps: elements(weight.slice(2)),
    in4,
    group4: in4 / groups,
    out4: channelBlocks(output),
  };
  return step.family === 'conv2d' || step.family === 'int8Conv2d'
    ? { ...common, ...windowRows(input, output, step.attrs) }
    : { ...common, ...pointRows(input, output, step.attrs.stride) };
}

type Text = Pick<ProductRows, 'guarded' | 'rowStart' | 'overTaps'>;

function pointRows(input: Shape, output: Shape, stride: readonly [number, number]): Text {
  const [, height, width] = input as [number, number, number, number];
  const strided = stride[0] > 1 || stride[1] > 1;
  return {
    guarded: false,
    rowStart: (p) =>
      strided
        ? `var pixel${p}: u32;\n{ ${outputPixel(output, `row${p}`)} pixel${p} = (n * ${height}u + oy * ${stride[0]}u) * ${width}u + ox * ${stride[1]}u; }`
        : `let pixel${p} = row${p};`,
    overTaps: (body) => `let tap = 0u;\n${body}`,
  };
}

function windowRows(input: Shape, output: Shape, w: Window): Text {
  const [batch, height, width] = input as [number, number, number, number];
  const last = batch * height * width - 1;
  return {
    guarded: true,
    rowStart: (p) => `var top${p}: i32; var left${p}: i32; var first${p}: u32;
{ ${outputPixel(output, `row${p}`)} top${p} = i32(oy * ${w.stride[0]}u) - ${w.pads[0]}; left${p} = i32(ox * ${w.stride[1]}u) - ${w.pads[1]}; first${p} = n * ${height * width}u; }`,
    overTaps: (body, count) => `for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
for (var kx = 0u; kx < ${w.kernel[1]}u; kx++) {
let tap = ky * ${w.kernel[1]}u + kx;
${rowNumbers(count)
  .map(
    (p) => `let y${p} = top${p} + i32(ky * ${w.dilation[0]}u); let ix${p} = left${p} + i32(kx * ${w.dilation[1]}u);
let inside${p} = y${p} >= 0 && y${p} < ${height} && ix${p} >= 0 && ix${p} < ${width};
let pixel${p} = min(select(0u, first${p} + u32(y${p}) * ${width}u + u32(ix${p}), inside${p}), ${last}u);`,
  )
  .join('\n')}
${body}
}
}`,
  };
}
