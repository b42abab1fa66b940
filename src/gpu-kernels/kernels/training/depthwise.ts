// Training kernels of depthwise convolutions; forward and the derivative of the input take four channels at a time. Weights as the checkpoint has them.
import { conv2dWindow, type Conv2dAttrs } from '../../ops/convolution.ts';
import type { MapShape } from '../../ops/operands.ts';
import { elements, type Shape } from '../../shape.ts';
import { addTo, compensated } from './compensated.ts';
import { eachElement, eachSum, type Lowering, type Operand } from './lowering.ts';

/** One filter a channel. */
export const isDepthwise = (a: Conv2dAttrs, input: Shape): boolean => a.groups === input[3] && a.out === a.groups;

/** A tap of four channels. */
const tapHelper = (taps: number): string =>
  `fn tap(c: u32, t: u32) -> vec4f { let at = c * ${4 * taps}u + t; return vec4f(w(at), w(at + ${taps}u), w(at + ${2 * taps}u), w(at + ${3 * taps}u)); }`;

/** Output pixels of a row that an invocation computes. */
const STRIP = 4;

export function depthwiseForward(
  l: Lowering,
  a: Conv2dAttrs,
  x: Operand,
  w: Operand,
  bias: Operand | undefined,
  y: Operand,
): void {
  const [batch, inH, inW, channels] = x.shape as MapShape;
  const { height, width, top, left } = conv2dWindow(x.shape, a);
  const [kh, kw] = a.kernel;
  const c4 = channels / 4;
  const strips = Math.ceil(width / STRIP);
  const pixels = Array.from({ length: STRIP }, (_, p) => p);
  eachElement(l, {
    kernel: 'depthwise/forward',
    out: { y },
    in: { x, w, ...(bias && { bias }) },
    count: batch * height * strips * c4,
    vectors: 'values',
    helpers: `${compensated('vec4f')}\n${tapHelper(kh * kw)}`,
    body: `  let c = i % ${c4}u; let ox = i / ${c4}u % ${strips}u * ${STRIP}u; let oy = i / ${c4 * strips}u % ${height}u; let n = i / ${c4 * strips * height}u;
${pixels.map((p) => `  var s${p} = ${bias ? 'vec4f(bias(c * 4u), bias(c * 4u + 1u), bias(c * 4u + 2u), bias(c * 4u + 3u))' : 'vec4f()'}; var lost${p} = vec4f();`).join('\n')}
  for (var ky = 0u; ky < ${kh}u; ky++) {
    let iy = i32(oy * ${a.stride[0]}u + ky * ${a.dilation[0]}u) - ${top};
    if (iy < 0 || iy >= ${inH}) { continue; }
    let row = (n * ${inH}u + u32(iy)) * ${inW}u;
${pixels.map((p) => `    var r${p} = vec4f();`).join('\n')}
    for (var kx = 0u; kx < ${kw}u; kx++) {
      let t = tap(c, ky * ${kw}u + kx);
      let ix = i32(ox * ${a.stride[1]}u + kx * ${a.dilation[1]}u) - ${left};
${pixels.map((p) => `      if (ix + ${p * a.stride[1]} >= 0 && ix + ${p * a.stride[1]} < ${inW}) { r${p} += t * x((row + u32(ix + ${p * a.stride[1]})) * ${c4}u + c); }`).join('\n')}
    }
${pixels.map((p) => `    ${addTo(`s${p}`, `lost${p}`, `r${p}`)}`).join('\n')}
  }
  let to = ((n * ${height}u + oy) * ${width}u + ox) * ${c4}u + c;
${pixels.map((p) => `  if (ox + ${p}u < ${width}u) { set_y(to + ${p * c4}u, s${p} + lost${p}); }`).join('\n')}`,
  });
}

export function depthwiseInputGradient(l: Lowering, a: Conv2dAttrs, dy: Operand, w: Operand, dx: Operand): void {
  const [, inH, inW, channels] = dx.shape as MapShape;
  const { height, width, top, left } = conv2dWindow(dx.shape, a);
  const [kh, kw] = a.kernel;
  const c4 = channels / 4;
  const onGrid = (t: string, stride: number, size: number): string =>
    stride === 1 ? `${t} < 0 || ${t} >= ${size}` : `${t} < 0 || ${t} % ${stride} != 0 || ${t} / ${stride} >= ${size}`;
  eachElement(l, {
    kernel: 'depthwise/input-gradient',
    out: { dx },
    in: { dy, w },
    count: elements(dx.shape) / 4,
    vectors: 'values',
    helpers: tapHelper(kh * kw),
    body: `  let c = i % ${c4}u; let ix = i / ${c4}u % ${inW}u; let iy = i / ${c4 * inW}u % ${inH}u; let n = i / ${c4 * inW * inH}u;
  var sum = vec4f();
  for (var ky = 0u; ky < ${kh}u; ky++) {
    let ty = i32(iy + ${top}u) - i32(ky * ${a.dilation[0]}u);
    if (${onGrid('ty', a.stride[0], height)}) { continue; }
    for (var kx = 0u; kx < ${kw}u; kx++) {
      let tx = i32(ix + ${left}u) - i32(kx * ${a.dilation[1]}u);
      if (${onGrid('tx', a.stride[1], width)}) { continue; }
      sum += tap(c, ky * ${kw}u + kx) * dy(((n * ${height}u + u32(ty / ${a.stride[0]})) * ${width}u + u32(tx / ${a.stride[1]})) * ${c4}u + c);
    }
  }
  set_dx(i, sum);`,
  });
}

/** A row of taps of a channel a result: its sums share what is read of dY. */
export function depthwiseWeightGradient(l: Lowering, a: Conv2dAttrs, dy: Operand, x: Operand, dw: Operand): void {
  const [batch, inH, inW, channels] = x.shape as MapShape;
  const { height, width, top, left } = conv2dWindow(x.shape, a);
  const [kh, kw] = a.kernel;
  const taps = Array.from({ length: kw }, (_, kx) => kx);
  eachSum(l, {
    kernel: 'depthwise/weight-gradient',
    out: { dw },
    in: { dy, x },
    outputs: channels * kh,
    terms: batch * height * width,
    sums: kw,
    before: `  let c = j % ${channels}u; let ky = j / ${channels}u; let down = i32(ky * ${a.dilation[0]}u) - ${top};`,
    each: `    let iy = i32(k / ${width}u % ${height}u * ${a.stride[0]}u) + down;
    if (iy >= 0 && iy < ${inH}) {
      let g = dy(k * ${channels}u + c); let ix = i32(k % ${width}u * ${a.stride[1]}u) - ${left};
      let row = (k / ${width * height}u * ${inH}u + u32(iy)) * ${inW}u;
${taps.map((kx) => `      if (ix + ${kx * a.dilation[1]} >= 0 && ix + ${kx * a.dilation[1]} < ${inW}) { s${kx} += g * x((row + u32(ix + ${kx * a.dilation[1]})) * ${channels}u + c); }`).join('\n')}
    }`,
    finish: taps.map((kx) => `  set_dw(c * ${kh * kw}u + ky * ${kw}u + ${kx}u, s${kx});`).join('\n'),
  });
}
