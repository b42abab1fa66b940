// Training kernels of convolutions of any kind, one element at a time: what every form has, and what the faster ones are held against.
import type { ConvolutionOf } from '../../gradients/convolution.ts';
import { conv2dWindow, type Conv2dAttrs } from '../../ops/convolution.ts';
import { mixedParts, type MixedConv2dAttrs } from '../../ops/mixed-conv2d.ts';
import type { MapShape } from '../../ops/operands.ts';
import { elements, type Shape } from '../../shape.ts';
import { depthwiseForward, depthwiseInputGradient, depthwiseWeightGradient, isDepthwise } from './depthwise.ts';
import { denseForward, denseWeightGradient, isDense } from './dense.ts';
import { inFours, matrixForward, matrixInputGradient, matrixWeightGradient } from './matrix.ts';
import { eachElement, eachSum, type Lower, type Lowering, type Operand } from './lowering.ts';

/** Sizes of a convolution as they stand in the text of its kernels. */
function sizes(a: Conv2dAttrs, input: Shape) {
  const [batch, inH, inW, channels] = input as MapShape;
  const { height, width, top, left } = conv2dWindow(input, a);
  const [kh, kw] = a.kernel;
  return {
    batch,
    inH,
    inW,
    channels,
    height,
    width,
    top,
    left,
    kh,
    kw,
    groupIn: channels / a.groups,
    groupOut: a.out / a.groups,
  };
}

/** Channels of a wider map: where an operand's begin, and how many a pixel has there. */
interface Part {
  readonly first: number;
  readonly of: number;
}

export function convolve(
  l: Lowering,
  a: Conv2dAttrs,
  [x, xPart]: readonly [Operand, Part],
  [y, yPart]: readonly [Operand, Part],
  w: Operand,
  bias: Operand | undefined,
  input: Shape,
): void {
  const s = sizes(a, input);
  eachElement(l, {
    kernel: 'convolution/forward',
    out: { y },
    in: { x, w, ...(bias && { bias }) },
    count: s.batch * s.height * s.width * a.out,
    body: `  let o = i % ${a.out}u; let ox = i / ${a.out}u % ${s.width}u; let oy = i / ${a.out * s.width}u % ${s.height}u; let n = i / ${a.out * s.width * s.height}u;
  let first = o / ${s.groupOut}u * ${s.groupIn}u;
  var sum = ${bias ? 'bias(o)' : '0.0'};
  for (var ky = 0u; ky < ${s.kh}u; ky++) {
    let iy = i32(oy * ${a.stride[0]}u + ky * ${a.dilation[0]}u) - ${s.top};
    if (iy < 0 || iy >= ${s.inH}) { continue; }
    for (var kx = 0u; kx < ${s.kw}u; kx++) {
      let ix = i32(ox * ${a.stride[1]}u + kx * ${a.dilation[1]}u) - ${s.left};
      if (ix < 0 || ix >= ${s.inW}) { continue; }
      let base_at = ((n * ${s.inH}u + u32(iy)) * ${s.inW}u + u32(ix)) * ${xPart.of}u + ${xPart.first}u + first;
      let tap = o * ${s.groupIn * s.kh * s.kw}u + ky * ${s.kw}u + kx;
      for (var c = 0u; c < ${s.groupIn}u; c++) { sum += x(base_at + c) * w(tap + c * ${s.kh * s.kw}u); }
    }
  }
  set_y(i / ${a.out}u * ${yPart.of}u + ${yPart.first}u + o, sum);`,
  });
}

/** 1×1, dense, over every pixel: a product of two matrices. */
const isMatrix = (a: Conv2dAttrs, input: Shape): boolean =>
  a.kernel[0] === 1 &&
  a.kernel[1] === 1 &&
  a.stride[0] === 1 &&
  a.stride[1] === 1 &&
  a.groups === 1 &&
  conv2dWindow(input, a).height === input[1] &&
  conv2dWindow(input, a).width === input[2] &&
  inFours(input[3] as number, a.out);

const isFastDepthwise = (a: Conv2dAttrs, input: Shape, w: Operand): boolean =>
  isDepthwise(a, input) && a.out % 4 === 0 && w.state === true;

const whole = (x: Operand): readonly [Operand, Part] => [x, { first: 0, of: x.shape.at(-1) as number }];

export const forward: Lower<Conv2dAttrs> = (l, { inputs: [input], params, output, attrs }) => {
  const x = input as Operand;
  const [w, bias] = [params['weight'] as Operand, params['bias']];
  if (isMatrix(attrs, x.shape)) matrixForward(l, x, w, bias, output);
  else if (isFastDepthwise(attrs, x.shape, w) && (bias === undefined || bias.state === true))
    depthwiseForward(l, attrs, x, w, bias, output);
  else if (isDense(attrs)) denseForward(l, attrs, x, w, bias, output);
  else convolve(l, attrs, whole(x), whole(output), w, bias, x.shape);
};

export const mixedForward: Lower<MixedConv2dAttrs> = (l, { inputs: [input], params, output, attrs }) => {
  const x = input as Operand;
  const [inChannels, outChannels] = [x.shape.at(-1) as number, output.shape.at(-1) as number];
  mixedParts(attrs).forEach((part, index) => {
    const from = { first: part.firstIn, of: inChannels };
    const to = { first: part.firstOut, of: outChannels };
    const shape = [...x.shape.slice(0, 3), part.channelsIn];
    convolve(l, part.attrs, [x, from], [output, to], params[`${index}.weight`] as Operand, undefined, shape);
  });
};

/** Each pixel of the input sums over the outputs that read it. */
export const inputGradient: Lower<ConvolutionOf> = (l, { inputs: [dy], params, output, attrs: a }) => {
  const w = params['weight'] as Operand;
  if (isMatrix(a, a.input)) return matrixInputGradient(l, dy as Operand, w, output);
  if (isFastDepthwise(a, a.input, w)) return depthwiseInputGradient(l, a, dy as Operand, w, output);
  const s = sizes(a, a.input);
  eachElement(l, {
    kernel: 'convolution/input-gradient',
    out: { dx: output },
    in: { dy: dy as Operand, w },
    count: elements(a.input),
    body: `  let c = i % ${s.channels}u; let ix = i / ${s.channels}u % ${s.inW}u; let iy = i / ${s.channels * s.inW}u % ${s.inH}u; let n = i / ${s.channels * s.inW * s.inH}u;
  let first = c / ${s.groupIn}u * ${s.groupOut}u;
  var sum = 0.0;
  for (var ky = 0u; ky < ${s.kh}u; ky++) {
    let ty = i32(iy + ${s.top}u) - i32(ky * ${a.dilation[0]}u);
    if (ty < 0 || ty % ${a.stride[0]} != 0 || ty / ${a.stride[0]} >= ${s.height}) { continue; }
    for (var kx = 0u; kx < ${s.kw}u; kx++) {
      let tx = i32(ix + ${s.left}u) - i32(kx * ${a.dilation[1]}u);
      if (tx < 0 || tx % ${a.stride[1]} != 0 || tx / ${a.stride[1]} >= ${s.width}) { continue; }
      let base_at = ((n * ${s.height}u + u32(ty / ${a.stride[0]})) * ${s.width}u + u32(tx / ${a.stride[1]})) * ${a.out}u + first;
      let tap = (first * ${s.groupIn}u + c % ${s.groupIn}u) * ${s.kh * s.kw}u + ky * ${s.kw}u + kx;
      for (var o = 0u; o < ${s.groupOut}u; o++) { sum += dy(base_at + o) * w(tap + o * ${s.groupIn * s.kh * s.kw}u); }
    }
  }
  set_dx(i, sum);`,
  });
};

/** Each weight sums over the pixels of the output. */
export const weightGradient: Lower<ConvolutionOf> = (l, { inputs: [dy, x], output, attrs: a }) => {
  if (isMatrix(a, a.input)) return matrixWeightGradient(l, dy as Operand, x as Operand, output);
  if (isDepthwise(a, a.input)) return depthwiseWeightGradient(l, a, dy as Operand, x as Operand, output);
  if (isDense(a)) return denseWeightGradient(l, a, dy as Operand, x as Operand, output);
  const s = sizes(a, a.input);
  const taps = s.kh * s.kw;
  eachSum(l, {
    kernel: 'convolution/weight-gradient',
    out: { dw: output },
    in: { dy: dy as Operand, x: x as Operand },
    outputs: elements(output.shape),
    terms: s.batch * s.height * s.width,
    before: `  let kx = j % ${s.kw}u; let ky = j / ${s.kw}u % ${s.kh}u; let o = j / ${taps * s.groupIn}u;
  let c = j / ${taps}u % ${s.groupIn}u + o / ${s.groupOut}u * ${s.groupIn}u;
  let dyx = i32(kx * ${a.dilation[1]}u) - ${s.left}; let dyy = i32(ky * ${a.dilation[0]}u) - ${s.top};`,
    each: `    let ix = i32(k % ${s.width}u * ${a.stride[1]}u) + dyx; let iy = i32(k / ${s.width}u % ${s.height}u * ${a.stride[0]}u) + dyy;
    if (ix >= 0 && ix < ${s.inW} && iy >= 0 && iy < ${s.inH}) {
      s0 += dy(k * ${a.out}u + o) * x(((k / ${s.width * s.height}u * ${s.inH}u + u32(iy)) * ${s.inW}u + u32(ix)) * ${s.channels}u + c);
    }`,
    finish: '  set_dw(j, s0);',
  });
};

export const linearForward: Lower<{ readonly out: number }> = (
  l,
  { inputs: [input], params, output, attrs: { out } },
) => {
  const x = input as Operand;
  const depth = x.shape.at(-1) as number;
  const bias = params['bias'];
  if (inFours(depth, out)) return matrixForward(l, x, params['weight'] as Operand, bias, output);
  eachElement(l, {
    kernel: 'linear/forward',
    out: { y: output },
    in: { x, w: params['weight'] as Operand, ...(bias && { bias }) },
    count: elements(output.shape),
    body: `  let o = i % ${out}u; let row = i / ${out}u * ${depth}u;
  var sum = 0.0;
  for (var k = 0u; k < ${depth}u; k++) { sum += x(row + k) * w(o * ${depth}u + k); }
  set_y(i, sum${bias ? ' + bias(o)' : ''});`,
  });
};

export const linearInputGradient: Lower<{ readonly depth: number }> = (l, { inputs: [dy], params, output, attrs }) => {
  const { depth } = attrs;
  const out = (dy as Operand).shape.at(-1) as number;
  if (inFours(depth, out)) return matrixInputGradient(l, dy as Operand, params['weight'] as Operand, output);
  eachElement(l, {
    kernel: 'linear/input-gradient',
    out: { dx: output },
    in: { dy: dy as Operand, w: params['weight'] as Operand },
    count: elements(output.shape),
    body: `  let c = i % ${depth}u; let row = i / ${depth}u * ${out}u;
  var sum = 0.0;
  for (var o = 0u; o < ${out}u; o++) { sum += dy(row + o) * w(o * ${depth}u + c); }
  set_dx(i, sum);`,
  });
};

export const linearWeightGradient: Lower = (l, { inputs: [dy, x], output }) => {
  const [out, depth] = output.shape as readonly [number, number];
  if (inFours(depth, out)) return matrixWeightGradient(l, dy as Operand, x as Operand, output);
  eachSum(l, {
    kernel: 'linear/weight-gradient',
    out: { dw: output },
    in: { dy: dy as Operand, x: x as Operand },
    outputs: out * depth,
    terms: elements((dy as Operand).shape) / out,
    each: `    s0 += dy(k * ${out}u + j / ${depth}u) * x(k * ${depth}u + j % ${depth}u);`,
    finish: '  set_dw(j, s0);',
  });
};
