// Data movement element by element: concat, slice, transpose, reshape, unfold, padding, shuffling pixels, constants and prepending a token.
import { elements } from '../../op.ts';
import { channelBlocks, f32Literal } from '../../wgsl/shader.ts';
import { element, gatherKernel, shapeOf } from './gather.ts';
import type { Shape } from '../../op.ts';

const indicesOf = (shape: Shape): string[] => shape.map((_, axis) => `i${axis}`);

export const concat = gatherKernel(
  'concat/element',
  'concat',
  'Finds the part that an element lies in.',
  (shader, step) => {
    const { axis } = step.attrs;
    let from = 0;
    return step.inputs
      .map((value, index) => {
        const size = value.shape[axis] as number;
        const indices = indicesOf(value.shape).map((text, i) => (i === axis && from > 0 ? `${text} - ${from}u` : text));
        const test = `i${axis} < ${from + size}u`;
        from += size;
        const assign = `{ value = ${element(shader, index, indices)}; }`;
        return index === step.inputs.length - 1 ? assign : `if (${test}) ${assign}`;
      })
      .join(' else ');
  },
);

export const slice = gatherKernel('slice/element', 'slice', 'Reads a strided range of one axis.', (shader, step) => {
  const { axis, start, step: every } = step.attrs;
  const indices = indicesOf(shapeOf(step.inputs[0])).map((text, i) =>
    i === axis ? `${text} * ${every}u + ${start}u` : text,
  );
  return `value = ${element(shader, 0, indices)};`;
});

export const transpose = gatherKernel(
  'transpose/element',
  'transpose',
  'Reads with exchanged axes.',
  (shader, step) => {
    const { order } = step.attrs;
    const indices: string[] = [];
    order.forEach((axis, i) => (indices[axis] = `i${i}`));
    return `value = ${element(shader, 0, indices)};`;
  },
);

export const reshape = gatherKernel(
  'reshape/element',
  'reshape',
  'Same row-major order in another shape, where padding of channels moves data.',
  (shader, step) => {
    const input = shapeOf(step.inputs[0]);
    const output = shapeOf(step.outputs[0]);
    const linear = output.map((_, axis) => `i${axis} * ${elements(output.slice(axis + 1))}u`).join(' + ');
    const indices = input.map((size, axis) => `(linear / ${elements(input.slice(axis + 1))}u) % ${size}u`);
    return `let linear = ${linear};\nvalue = ${element(shader, 0, indices)};`;
  },
);

export const unfold = gatherKernel(
  'unfold/element',
  'unfold',
  'im2col with the channel slowest, zeros outside the map.',
  (shader, step) => {
    const w = step.attrs;
    const [, height, width] = shapeOf(step.inputs[0]) as [number, number, number];
    const taps = w.kernel[0] * w.kernel[1];
    return `let tap = i2 % ${taps}u;
let iy = i32((i1 / ${w.columns}u) * ${w.stride[0]}u + (tap / ${w.kernel[1]}u) * ${w.dilation[0]}u) - ${w.pads[0]};
let ix = i32((i1 % ${w.columns}u) * ${w.stride[1]}u + (tap % ${w.kernel[1]}u) * ${w.dilation[1]}u) - ${w.pads[1]};
if (iy >= 0 && iy < ${height} && ix >= 0 && ix < ${width}) { value = ${element(shader, 0, ['i0', 'u32(iy)', 'u32(ix)', `i2 / ${taps}u`])}; }`;
  },
);

export const prependToken = gatherKernel(
  'prependToken/element',
  'prependToken',
  'Token 0 from the weights, the others one place later.',
  (shader, step) => {
    const channels = shapeOf(step.inputs[0]).at(-1) as number;
    const token = shader.weight('token', {
      packer: 'plain',
      roles: ['token'],
      options: {},
      elements: Math.ceil(channels / 4) * 4,
    });
    return `if (i1 == 0u) { value = (${shader.load(token, 'i2 / 4u')})[i2 % 4u]; } else { value = ${element(shader, 0, ['i0', 'i1 - 1u', 'i2'])}; }`;
  },
);

export const constant = gatherKernel('constant/element', 'constant', 'Writes a fixed tensor.', (shader) => {
  const shape = shapeOf(shader.step.outputs[0]);
  const value = shader.weight('value', {
    packer: 'rows',
    roles: ['value'],
    options: {},
    elements: elements(shape.slice(0, -1)) * channelBlocks(shape) * 4,
  });
  return `value = (${shader.load(value, `row * ${channelBlocks(shape)}u + block`)})[lane];`;
});

export const pad = gatherKernel(
  'pad/element',
  'pad',
  'Reads where the padding comes from, or writes its value.',
  (shader, step) => {
    const { before, mode, value } = step.attrs;
    const input = shapeOf(step.inputs[0]);
    const lines = input.map((size, axis) => {
      const at = `i32(i${axis}) - ${before[axis] as number}`;
      if (mode === 'edge') return `let p${axis} = clamp(${at}, 0, ${size - 1});`;
      if (mode === 'constant') return `let p${axis} = ${at};`;
      return `let m${axis} = abs(${at});\nlet p${axis} = select(m${axis}, ${2 * (size - 1)} - m${axis}, m${axis} >= ${size});`;
    });
    const inside = input.map((size, axis) => `p${axis} >= 0 && p${axis} < ${size}`).join(' && ');
    const read = element(
      shader,
      0,
      input.map((_, axis) => `u32(p${axis})`),
    );
    const otherwise = mode === 'constant' && value !== 0 ? ` else { value = ${f32Literal(value)}; }` : '';
    return `${lines.join('\n')}\nif (${inside}) { value = ${read}; }${otherwise}`;
  },
);

export const rearrange = gatherKernel(
  'rearrange/element',
  'rearrange',
  'Reads the place that a table names.',
  (shader, step) => {
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const blocks = channelBlocks(output);
    const index = shader.weight('index', {
      packer: 'rows',
      roles: ['index'],
      options: {},
      elements: elements(output.slice(0, -1)) * blocks * 4,
      // Places need more than the eleven bits of a half.
      type: 'f32',
    });
    const places = input.map((size, axis) => `(place / ${elements(input.slice(axis + 1))}u) % ${size}u`);
    return `let named = (${shader.load(index, `row * ${blocks}u + block`)})[lane];
let place = u32(max(named, 0.0));
if (named >= 0.0) { value = ${element(shader, 0, places)}; }`;
  },
);

export const pixelShuffle = gatherKernel(
  'pixelShuffle/element',
  'pixelShuffle',
  'Reads the channel that lies at the pixel’s place in its square.',
  (shader, step) => {
    const f = `${step.attrs.factor}u`;
    const channel = `(i3 * ${f} + i1 % ${f}) * ${f} + i2 % ${f}`;
    return `value = ${element(shader, 0, ['i0', `i1 / ${f}`, `i2 / ${f}`, channel])};`;
  },
);

export const padChannels = gatherKernel(
  'padChannels/element',
  'padChannels',
  'Copies, with zeros behind the last channel.',
  (shader, step) => {
    const shape = shapeOf(step.inputs[0]);
    return `if (c < ${shape.at(-1)}u) { value = ${element(shader, 0, indicesOf(shape))}; }`;
  },
);
