// What every product kernel does with its accumulators: bias, rescaling, clamp, table, residual, store.
import type { StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { After, ProductAttrs } from '../../families/int8/product.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks } from '../../wgsl/shader.ts';
import { addText, declareScalars, lookUp, type ByteShader } from '../../wgsl/int8-shader.ts';
import { scalarVectors } from '../../packing/int8-packers.ts';

const addOf = (attrs: ProductAttrs): Extract<After, { kind: 'add' }> | undefined =>
  attrs.after.find((after) => after.kind === 'add');

/** Scalars of the constants' buffer. */
function scalarsOf(attrs: ProductAttrs): Record<string, number> {
  const { inputZero, outputZero, low } = attrs;
  const add = addOf(attrs);
  if (!add) return { inputZero, outputZero, low };
  const { leftZero, rightZero, left, right, shift } = add;
  return {
    inputZero,
    outputZero,
    low,
    leftZero,
    rightZero,
    leftFactor: left,
    rightFactor: right,
    addShift: shift,
    addOutputZero: add.outputZero,
    addLow: add.low,
    addHigh: add.high,
  };
}

export interface Tail {
  /** Statements at the start of `main`: i32 scalars, u32 `padding` (four flipped zeros). */
  readonly declare: string;
  /** Statements that finish the `vec4i` sums `acc` of (row, block), u32 expressions, and store them. */
  store(acc: string, row: string, block: string): string;
}

/** Declares the step's constants, output and operands on `shader`. */
export function productTail(shader: ByteShader, step: StepOf<'int8Pointwise' | 'int8Conv2d' | 'int8Depthwise'>): Tail {
  const attrs = step.attrs;
  const output = step.outputs[0] as Value;
  const blocks = channelBlocks(output.shape);
  const channels = (step.weights.bias as { shape: Shape }).shape[0] as number;
  const scalars = scalarsOf(attrs);
  const head = scalarVectors(scalars);
  const floats = output.type !== 'u8';
  const constants = shader.weight(
    'constants',
    {
      packer: 'int8Constants',
      roles: floats ? ['weight', 'bias'] : ['weight', 'bias', 'm0', 'shift', 'cap'],
      options: scalars,
      elements: head * 4 + Math.ceil(channels / 4) * 16,
      type: 'i32',
    },
    'vec4i',
  );
  const out = shader.output();
  const declare = `${declareScalars(constants, scalars)}
let padding = (u32(inputZero) * 0x01010101u) ^ 0x80808080u;`;
  const at = (part: number, block: string): string => `${constants}[${head + part}u + ${block} * 4u]`;
  if (floats) {
    const scale = shader.weight(
      'scale',
      { packer: 'vector', roles: ['scale'], options: {}, elements: Math.ceil(channels / 4) * 4, type: 'f32' },
      'vec4f',
    );
    const mask =
      channels % 4 === 0
        ? ''
        : `if (${Math.floor(channels / 4)}u == at) { value *= vec4f(${[0, 1, 2, 3].map((lane) => (lane < channels % 4 ? '1.0' : '0.0')).join(', ')}); }`;
    return {
      declare,
      store: (acc, row, block) => `{ let at = ${block};
var value = vec4f(${acc} + ${at(0, 'at')}) * ${scale}[at];
${mask}
${out}[${row} * ${blocks}u + at] = value; }`,
    };
  }
  const rescale = shader.use(attrs.small ? 'requantizeSmall' : 'requantize').replace('Small', '');
  shader.use('pack4');
  const after = attrs.after.map((work) => {
    if (work.kind === 'table') return lookUp(shader.table(work.weight), 'q');
    shader.use('unsigned4');
    return `q = ${addText('q', `unsigned4(${shader.input(work.input)}[place])`, ['addOutputZero', 'addLow', 'addHigh'])};`;
  });
  return {
    declare,
    store: (acc, row, block) => `{ let at = ${block};
let place = ${row} * ${blocks}u + at;
var q = clamp(outputZero + ${rescale}(${acc} + ${at(0, 'at')}, vec4u(${at(1, 'at')}), vec4u(${at(2, 'at')})), vec4i(low), ${at(3, 'at')});
${after.join('\n')}
${out}[place] = pack4(q); }`,
  };
}
