// Integer kernels of one invocation a word: add, multiply, tables, pooling, concatenation, and the borders to float32.
import type { Int8Family, Kernel, StepOf } from '../../families/index.ts';
import type { StepShape, Value } from '../../step.ts';
import { forTaps, outputPixel } from '../../wgsl/window.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, rowCount, storedVectors } from '../../wgsl/shader.ts';
import { addText, ByteShader, lookUp, perWord } from '../../wgsl/int8-shader.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
const outShape = (step: StepShape): Shape => shapeOf(step.outputs[0]);

interface Simple<F extends Int8Family> {
  readonly name: F;
  readonly doc: string;
  accepts?(step: StepOf<F>): boolean;
  /** Statements after the scalars; they see u32 `index`, `row` and `block`. */
  body(shader: ByteShader, step: StepOf<F>): string;
}

const simple = <F extends Int8Family>({ name, doc, accepts, body }: Simple<F>): Kernel<F> => ({
  name: `${name}/word`,
  family: name,
  doc,
  accepts: (step) => accepts?.(step) ?? true,
  build(step, caps) {
    const shader = new ByteShader(step);
    const text = body(shader, step);
    return perWord(shader, storedVectors(outShape(step)), channelBlocks(outShape(step)), caps, text);
  },
});

/** Names the helper functions that most bodies use. */
function bytes(shader: ByteShader): void {
  shader.use('unsigned4');
  shader.use('pack4');
}

const rescaled = (sum: string): string =>
  `clamp(outputZero + requantize(${sum}, vec4u(u32(m0)), vec4u(u32(shift))), vec4i(0), vec4i(255))`;

export const add = simple({
  name: 'int8Add',
  doc: 'Residual addition: both operands by 21-bit factors, one exact rounding.',
  body(shader, step) {
    bytes(shader);
    const { leftZero, rightZero, left, right, shift, outputZero, low, high } = step.attrs;
    const scalars = shader.scalars({
      leftZero,
      rightZero,
      leftFactor: left,
      rightFactor: right,
      addShift: shift,
      outputZero,
      low,
      high,
    });
    return `${scalars}
${shader.output()}[index] = pack4(${addText(`unsigned4(${shader.input(0)}[index])`, `unsigned4(${shader.input(1)}[index])`)});`;
  },
});

export const mul = simple({
  name: 'int8Mul',
  doc: 'Product of two bytes, rescaled: the squeeze-excite scale, one value a channel, or two maps.',
  body(shader, step) {
    bytes(shader);
    shader.use('requantize');
    const { leftZero, rightZero, m0, shift, outputZero } = step.attrs;
    const scalars = shader.scalars({ leftZero, rightZero, m0, shift, outputZero });
    const [a, b] = [shapeOf(step.inputs[0]), shapeOf(step.inputs[1])];
    const perPicture = rowCount(a) / (a[0] as number);
    const other = elements(a) === elements(b) ? 'index' : `(row / ${perPicture}u) * ${channelBlocks(b)}u + block`;
    return `${scalars}
let product = (unsigned4(${shader.input(0)}[index]) - leftZero) * (unsigned4(${shader.input(1)}[${other}]) - rightZero);
${shader.output()}[index] = pack4(${rescaled('product')});`;
  },
});

export const table = simple({
  name: 'int8Table',
  doc: 'Any element-wise function of one value by a table of 256 bytes.',
  body(shader) {
    bytes(shader);
    return `var q = unsigned4(${shader.input(0)}[index]);
${lookUp(shader.table('table'), 'q')}
${shader.output()}[index] = pack4(q);`;
  },
});

export const mean = simple({
  name: 'int8Mean',
  doc: 'Mean over all pixels of a map, four channels an invocation; 1/pixels is part of the factor.',
  body(shader, step) {
    bytes(shader);
    shader.use('requantize');
    const { inputZero, m0, shift, outputZero } = step.attrs;
    const scalars = shader.scalars({ inputZero, m0, shift, outputZero });
    const input = shapeOf(step.inputs[0]);
    const pixels = rowCount(input) / (input[0] as number);
    const blocks = channelBlocks(input);
    return `${scalars}
var sum = vec4i(-inputZero * ${pixels});
var at = row * ${pixels * blocks}u + block;
for (var i = 0u; i < ${pixels}u; i++) { sum += unsigned4(${shader.input(0)}[at]); at += ${blocks}u; }
${shader.output()}[index] = pack4(${rescaled('sum')});`;
  },
});

export const pool = simple({
  name: 'int8Pool',
  doc: 'Maximum of bytes, or the rescaled average of whole windows.',
  body(shader, step) {
    bytes(shader);
    const attrs = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), outShape(step)];
    const load = `let x = unsigned4(${shader.input(0)}[pixel * ${channelBlocks(input)}u + block]);`;
    if (attrs.mode === 'max') {
      return `${outputPixel(output)}
var q = vec4i();
${forTaps(input, attrs, `${load}\nq = max(q, x);`)}
${shader.output()}[index] = pack4(q);`;
    }
    shader.use('requantize');
    const { inputZero, m0, shift, outputZero } = attrs;
    return `${shader.scalars({ inputZero, m0, shift, outputZero })}
${outputPixel(output)}
var sum = vec4i();
${forTaps(input, attrs, `${load}\nsum += x - inputZero;`)}
${shader.output()}[index] = pack4(${rescaled('sum')});`;
  },
});

export const concat = simple({
  name: 'int8Concat',
  doc: 'Channels of several maps behind each other, each brought to the scale of the result; parts are whole words.',
  accepts: (step) => step.inputs.slice(0, -1).every(({ shape }) => (shape.at(-1) as number) % 4 === 0),
  body(shader, step) {
    bytes(shader);
    const attrs = step.attrs;
    const named = step.inputs.flatMap((_, i) => [
      [`zero${i}`, attrs.zeros[i] as number],
      [`factor${i}`, attrs.factors[i] as number],
      [`shift${i}`, attrs.shifts[i] as number],
    ]);
    const scalars = shader.scalars(
      Object.fromEntries([...named, ['outputZero', attrs.outputZero]]) as Record<string, number>,
    );
    let first = 0;
    const parts = step.inputs.map(({ shape }, i) => {
      const blocks = channelBlocks(shape);
      const own = first;
      first += blocks;
      return `${i === 0 ? '' : 'else '}if (block < ${first}u) { q = ((unsigned4(${shader.input(i)}[row * ${blocks}u + block - ${own}u]) - zero${i}) * factor${i} + (1 << u32(shift${i} - 1))) >> vec4u(u32(shift${i})); }`;
    });
    return `${scalars}
var q = vec4i();
${parts.join('\n')}
${shader.output()}[index] = pack4(clamp(outputZero + q, vec4i(0), vec4i(255)));`;
  },
});

export const quantize = simple({
  name: 'quantize',
  doc: 'float32 to bytes: round(x / scale) + zero, halves to even.',
  accepts: (step) => step.inputs[0]?.type !== 'u8',
  body(shader, step) {
    shader.use('pack4');
    const { inverse, zero } = step.attrs;
    return `let scaled = clamp(${shader.input(0)}[index] * ${f32Literal(Math.fround(inverse))}, vec4f(-1024.0), vec4f(1024.0));
${shader.output()}[index] = pack4(clamp(vec4i(round(scaled)) + ${zero}, vec4i(0), vec4i(255)));`;
  },
});

export const dequantize = simple({
  name: 'dequantize',
  doc: 'Bytes to float32: (q − zero) · scale; padding lanes become 0.',
  body(shader, step) {
    shader.use('unsigned4');
    const { scale, zero } = step.attrs;
    const channels = outShape(step).at(-1) as number;
    const mask =
      channels % 4 === 0
        ? ''
        : `if (block == ${Math.floor(channels / 4)}u) { value *= vec4f(${[0, 1, 2, 3].map((lane) => (lane < channels % 4 ? '1.0' : '0.0')).join(', ')}); }`;
    return `var value = vec4f(unsigned4(${shader.input(0)}[index]) - ${zero}) * ${f32Literal(Math.fround(scale))};
${mask}
${shader.output()}[index] = value;`;
  },
});
