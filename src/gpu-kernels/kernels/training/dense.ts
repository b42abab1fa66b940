// Training kernels of dense convolutions, such as a net's first: four outputs at a time share what is read of the input.
import type { ConvolutionOf } from '../../gradients/convolution.ts';
import { conv2dWindow, type Conv2dAttrs } from '../../ops/convolution.ts';
import type { MapShape } from '../../ops/operands.ts';
import { addTo, compensated } from './compensated.ts';
import { eachElement, eachSum, type Lowering, type Operand } from './lowering.ts';

export const isDense = (a: Conv2dAttrs): boolean => a.groups === 1 && a.out % 4 === 0;

const four = [0, 1, 2, 3];

/** Four outputs of four pixels of a row an invocation. */
export function denseForward(
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
  // Pictures have few channels: their net's first layer, whose errors grow through all the others, can afford exact products.
  const exact = channels <= 4;
  const [o4, strips, taps] = [a.out / 4, Math.ceil(width / 4), kh * kw];
  eachElement(l, {
    kernel: 'dense/forward',
    out: { y },
    in: { x, w, ...(bias && { bias }) },
    count: batch * height * strips * o4,
    helpers: compensated('vec4f'),
    body: `  let o = i % ${o4}u * 4u; let ox = i / ${o4}u % ${strips}u * 4u; let oy = i / ${o4 * strips}u % ${height}u; let n = i / ${o4 * strips * height}u;
${four.map((p) => `  var s${p} = ${bias ? 'vec4f(bias(o), bias(o + 1u), bias(o + 2u), bias(o + 3u))' : 'vec4f()'}; var lost${p} = vec4f();`).join('\n')}
  for (var ky = 0u; ky < ${kh}u; ky++) {
    let iy = i32(oy * ${a.stride[0]}u + ky * ${a.dilation[0]}u) - ${top};
    if (iy < 0 || iy >= ${inH}) { continue; }
    let row = (n * ${inH}u + u32(iy)) * ${inW}u;
    for (var kx = 0u; kx < ${kw}u; kx++) {
      let ix = i32(ox * ${a.stride[1]}u + kx * ${a.dilation[1]}u) - ${left};
${four.map((p) => `      let in${p} = ix + ${p * a.stride[1]} >= 0 && ix + ${p * a.stride[1]} < ${inW}; let at${p} = (row + u32(clamp(ix + ${p * a.stride[1]}, 0, ${inW - 1}))) * ${channels}u; var r${p} = vec4f();`).join('\n')}
      for (var c = 0u; c < ${channels}u; c++) {
        let tap = (o * ${channels}u + c) * ${taps}u + ky * ${kw}u + kx;
        let t = vec4f(w(tap), w(tap + ${channels * taps}u), w(tap + ${2 * channels * taps}u), w(tap + ${3 * channels * taps}u));
${four.map((p) => `        if (in${p}) { let v = vec4f(x(at${p} + c)); let part = t * v; ${exact ? `lost${p} += product_error(t, v, part); ${addTo(`s${p}`, `lost${p}`, 'part')}` : `r${p} += part;`} }`).join('\n')}
      }
${exact ? '' : four.map((p) => `      ${addTo(`s${p}`, `lost${p}`, `r${p}`)}`).join('\n')}
    }
  }
  let to = ((n * ${height}u + oy) * ${width}u + ox) * ${a.out}u + o;
${four.map((p) => `  s${p} += lost${p};`).join('\n')}
${four.map((p) => `  if (ox + ${p}u < ${width}u) { ${four.map((q) => `set_y(to + ${p * a.out + q}u, s${p}[${q}]);`).join(' ')} }`).join('\n')}`,
  });
}

/** A row of taps of four outputs and one input channel a result. */
export function denseWeightGradient(l: Lowering, a: ConvolutionOf, dy: Operand, x: Operand, dw: Operand): void {
  const [batch, inH, inW, channels] = a.input as MapShape;
  const { height, width, top, left } = conv2dWindow(a.input, a);
  const [kh, kw] = a.kernel;
  const across = Array.from({ length: kw }, (_, kx) => kx);
  eachSum(l, {
    kernel: 'dense/weight-gradient',
    out: { dw },
    in: { dy, x },
    outputs: (a.out / 4) * channels * kh,
    terms: batch * height * width,
    sums: 4 * kw,
    before: `  let c = j % ${channels}u; let ky = j / ${channels}u % ${kh}u; let o = j / ${channels * kh}u * 4u; let down = i32(ky * ${a.dilation[0]}u) - ${top};`,
    each: `    let iy = i32(k / ${width}u % ${height}u * ${a.stride[0]}u) + down;
    if (iy >= 0 && iy < ${inH}) {
      let ix = i32(k % ${width}u * ${a.stride[1]}u) - ${left}; let row = (k / ${width * height}u * ${inH}u + u32(iy)) * ${inW}u;
${four.map((q) => `      let g${q} = dy(k * ${a.out}u + o + ${q}u);`).join('\n')}
${across.map((kx) => `      let p${kx} = ix + ${kx * a.dilation[1]};\n      if (p${kx} >= 0 && p${kx} < ${inW}) { let v = x((row + u32(p${kx})) * ${channels}u + c); ${four.map((q) => `s${q * kw + kx} += g${q} * v;`).join(' ')} }`).join('\n')}
    }`,
    finish: four
      .flatMap((q) =>
        across.map(
          (kx) => `  set_dw(((o + ${q}u) * ${channels}u + c) * ${kh * kw}u + ky * ${kw}u + ${kx}u, s${q * kw + kx});`,
        ),
      )
      .join('\n'),
  });
}
