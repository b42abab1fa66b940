// Training kernels that move elements: every output element finds its place in the input by arithmetic, or by a table.
import { conv2dWindow } from '../../ops/convolution.ts';
import { around, type MapShape } from '../../ops/operands.ts';
import { paddedFrom, type PadAttrs } from '../../ops/pad.ts';
import { elements, type Shape } from '../../shape.ts';
import { eachElement, eachSum, float, type Lower, type Operand } from './lowering.ts';

/** Element (outer, size, inner) of each input in its part of the output. */
export const concat: Lower<{ readonly axis: number }> = (l, { inputs, output, attrs: { axis } }) => {
  const { size, inner } = around(output.shape, axis);
  let start = 0;
  for (const x of inputs) {
    const own = x.shape[axis] as number;
    eachElement(l, {
      kernel: 'move/concat',
      out: { y: output },
      in: { x },
      count: elements(x.shape),
      body: `  set_y(i / ${own * inner}u * ${size * inner}u + ${start * inner}u + i % ${own * inner}u, x(i));`,
    });
    start += own;
  }
};

function pick(start: number, step: number, axis: number, size: number): Lower {
  return (l, { inputs: [x], output }) => {
    const { size: length, inner } = around((x as Operand).shape, axis);
    eachElement(l, {
      kernel: 'move/slice',
      out: { y: output },
      in: { x: x as Operand },
      count: elements(output.shape),
      body: `  let along = i / ${inner}u % ${size}u;
  set_y(i, x((i / ${inner * size}u * ${length}u + ${start}u + along * ${step}u) * ${inner}u + i % ${inner}u));`,
    });
  };
}

type Slice = { readonly axis: number; readonly start: number; readonly size: number; readonly step: number };
export const slice: Lower<Slice> = (l, n) => pick(n.attrs.start, n.attrs.step, n.attrs.axis, n.attrs.size)(l, n);
export const select: Lower<{ readonly axis: number; readonly index: number }> = (l, n) =>
  pick(n.attrs.index, 1, n.attrs.axis, 1)(l, n);

export const transpose: Lower<{ readonly perm: readonly number[] }> = (l, { inputs: [x], output, attrs: { perm } }) => {
  const terms: string[] = [];
  let below = 1;
  for (let axis = perm.length - 1; axis >= 0; axis--) {
    const size = output.shape[axis] as number;
    const { inner } = around((x as Operand).shape, perm[axis] as number);
    if (size > 1) terms.push(`i / ${below}u % ${size}u * ${inner}u`);
    below *= size;
  }
  eachElement(l, {
    kernel: 'move/transpose',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    body: `  set_y(i, x(${terms.join(' + ') || '0u'}));`,
  });
};

/** By axis a table of where each place comes from; beyond the axis's size: the padding value. */
export const pad: Lower<PadAttrs> = (l, { inputs: [x], output, attrs }) => {
  const input = (x as Operand).shape;
  const table: number[] = [];
  const lines: string[] = [];
  let below = elements(output.shape);
  output.shape.forEach((size, axis) => {
    const { inner } = around(input, axis);
    below /= size;
    const length = input[axis] as number;
    lines.push(`  let c${axis} = word(${table.length}u + i / ${below}u % ${size}u);
  inside = inside && c${axis} != 0xffffffffu; base_at += c${axis} * ${inner}u;`);
    for (let i = 0; i < size; i++) {
      const place = paddedFrom(i, length, attrs.before[axis] as number, attrs.mode);
      table.push(place < 0 ? 0xffffffff : place);
    }
  });
  eachElement(l, {
    kernel: 'move/pad',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    table,
    body: `  var inside = true; var base_at = 0u;\n${lines.join('\n')}
  if (inside) { set_y(i, x(base_at)); } else { set_y(i, ${float(attrs.value)}); }`,
  });
};

export const padChannels: Lower = (l, { inputs: [x], output }) => {
  const [from, to] = [(x as Operand).shape.at(-1) as number, output.shape.at(-1) as number];
  eachElement(l, {
    kernel: 'move/pad-channels',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    body: `  let c = i % ${to}u;
  if (c < ${from}u) { set_y(i, x(i / ${to}u * ${from}u + c)); } else { set_y(i, 0.0); }`,
  });
};

export const pixelShuffle: Lower<{ readonly factor: number }> = (l, { inputs: [x], output, attrs: { factor } }) => {
  const [, inHeight, inWidth, inChannels] = (x as Operand).shape as MapShape;
  const [, height, width, channels] = output.shape as MapShape;
  eachElement(l, {
    kernel: 'move/pixel-shuffle',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    body: `  let c = i % ${channels}u; let column = i / ${channels}u % ${width}u;
  let y = i / ${channels * width}u % ${height}u; let n = i / ${channels * width * height}u;
  let pixel = (n * ${inHeight}u + y / ${factor}u) * ${inWidth}u + column / ${factor}u;
  set_y(i, x(pixel * ${inChannels}u + (c * ${factor}u + y % ${factor}u) * ${factor}u + column % ${factor}u));`,
  });
};

export const rearrange: Lower = (l, { inputs: [x], params, output }) =>
  eachElement(l, {
    kernel: 'move/rearrange',
    out: { y: output },
    in: { x: x as Operand, index: params['index'] as Operand },
    count: elements(output.shape),
    body: '  let place = index(i); if (place >= 0.0) { set_y(i, x(u32(place))); } else { set_y(i, 0.0); }',
  });

/** Every place of the table is looked at for every element: the table is a parameter, not known when kernels are made. */
export const rearrangeGradient: Lower = (l, { inputs: [dy], params, output }) =>
  eachSum(l, {
    kernel: 'move/rearrange-gradient',
    out: { y: output },
    in: { dy: dy as Operand, index: params['index'] as Operand },
    outputs: elements(output.shape),
    terms: elements((dy as Operand).shape),
    each: '    if (index(k) == f32(j)) { s0 += dy(k); }',
    finish: '  set_y(j, s0);',
  });

export const prependToken: Lower = (l, { inputs: [x], params, output }) => {
  const [, tokens, channels] = output.shape as readonly [number, number, number];
  eachElement(l, {
    kernel: 'move/prepend-token',
    out: { y: output },
    in: { x: x as Operand, token: params['cls_token'] as Operand },
    count: elements(output.shape),
    body: `  let at = i % ${tokens * channels}u;
  if (at < ${channels}u) { set_y(i, token(at)); } else { set_y(i, x(i - (i / ${tokens * channels}u + 1u) * ${channels}u)); }`,
  });
};

interface Unfold {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Parameters<typeof conv2dWindow>[1]['padding'];
}
const windowOf = (input: Shape, a: Unfold) =>
  conv2dWindow(input, { ...a, kernel: [...a.kernel], stride: [...a.stride], dilation: [1, 1] });

export const unfold: Lower<Unfold> = (l, { inputs: [x], output, attrs: a }) => {
  const [, inH, inW, channels] = (x as Operand).shape as MapShape;
  const { height, width, top, left } = windowOf((x as Operand).shape, a);
  const [kh, kw] = a.kernel;
  const features = channels * kh * kw;
  eachElement(l, {
    kernel: 'move/unfold',
    out: { y: output },
    in: { x: x as Operand },
    count: elements(output.shape),
    body: `  let f = i % ${features}u; let c = f / ${kh * kw}u; let ky = f / ${kw}u % ${kh}u; let kx = f % ${kw}u;
  let ox = i / ${features}u % ${width}u; let oy = i / ${features * width}u % ${height}u; let n = i / ${features * width * height}u;
  let iy = i32(oy * ${a.stride[0]}u + ky) - ${top}; let ix = i32(ox * ${a.stride[1]}u + kx) - ${left};
  if (iy >= 0 && iy < ${inH} && ix >= 0 && ix < ${inW}) { set_y(i, x(((n * ${inH}u + u32(iy)) * ${inW}u + u32(ix)) * ${channels}u + c)); }
  else { set_y(i, 0.0); }`,
  });
};

/** The adjoint of {@link unfold}: each pixel sums its places in the patches. */
export const fold: Lower<Unfold & { readonly input: Shape }> = (l, { inputs: [dy], output, attrs: a }) => {
  const [, inH, inW, channels] = output.shape as MapShape;
  const { height, width, top, left } = windowOf(output.shape, a);
  const [kh, kw] = a.kernel;
  eachElement(l, {
    kernel: 'move/fold',
    out: { y: output },
    in: { dy: dy as Operand },
    count: elements(output.shape),
    body: `  let c = i % ${channels}u; let ix = i / ${channels}u % ${inW}u; let iy = i / ${channels * inW}u % ${inH}u; let n = i / ${channels * inW * inH}u;
  var sum = 0.0;
  for (var ky = 0u; ky < ${kh}u; ky++) {
    let ty = i32(iy + ${top}u) - i32(ky);
    if (ty < 0 || ty % ${a.stride[0]} != 0 || ty / ${a.stride[0]} >= ${height}) { continue; }
    for (var kx = 0u; kx < ${kw}u; kx++) {
      let tx = i32(ix + ${left}u) - i32(kx);
      if (tx < 0 || tx % ${a.stride[1]} != 0 || tx / ${a.stride[1]} >= ${width}) { continue; }
      let token = (n * ${height}u + u32(ty / ${a.stride[0]})) * ${width}u + u32(tx / ${a.stride[1]});
      sum += dy((token * ${channels}u + c) * ${kh * kw}u + ky * ${kw}u + kx);
    }
  }
  set_y(i, sum);`,
  });
};
