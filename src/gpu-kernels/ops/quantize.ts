// Whole steps as numbers: what imported integer nets compute with, each value less its zero point, exact in float32 below 2²⁴.
import * as v from 'valibot';
import type { OnnxWriter } from '../forms.ts';
import { defineOp, definePointwise, type Shape, type WgslFloat } from '../op.ts';
import { f32 } from './attributes.ts';
import { alongChannel } from './channel-first.ts';
import { channelsOf, onlyOperand } from './operands.ts';

const finite = v.pipe(v.number('must be a number'), v.finite('must be a finite number'));
const bounds = { min: finite, max: finite };

/** To nearest, halves to even, as WGSL's round. */
function roundEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
const cut = (x: number, min: number, max: number): number => Math.min(Math.max(roundEven(x), min), max);

/** A float32 as three that it is the sum of, of 8 bits each. */
function parts(value: number): readonly number[] {
  const bits = new DataView(new ArrayBuffer(4));
  const made: number[] = [];
  for (let rest = value; made.length < 2; rest = value - made.reduce((a, b) => a + b)) {
    bits.setFloat32(0, rest);
    bits.setUint32(0, bits.getUint32(0) & 0xffff0000);
    made.push(bits.getFloat32(0));
  }
  return [...made, value - made[0]! - made[1]!];
}

/**
 * WGSL for a number that rounds as the float32 nearest to x / scale does. Division may be off by 2.5 units in the last place, and pictures are full
 * of values that lie halfway: a product with the half below or above, exact in its parts, says on which side of it x lies.
 */
function nearestHalf(x: string, scale: number, [low, high]: readonly [string, string], type: WgslFloat): string {
  const half = `(floor(clamp(${x} * ${f32(Math.fround(1 / scale))}, ${low}, ${high})) + 0.5)`;
  const beyond = `(${parts(scale).reduce((rest, part) => `(${rest} - ${half} * ${f32(part)})`, x)})`;
  const [bits, mask] = type === 'f32' ? ['u32', '0x7f800000u'] : ['vec4u', 'vec4u(0x7f800000u)'];
  // Half of the last place of the quotient, in units of x: within it the quotient itself is the half.
  const tie = `bitcast<${type}>(bitcast<${bits}>(${half}) & ${mask}) * ${f32(scale * 2 ** -24)}`;
  return `select(${half}, ${half} + 0.5 * sign(${beyond}), abs(${beyond}) > ${tie})`;
}

/** Steps that fit 8 or 16 bits as a pair of QuantizeLinear and DequantizeLinear, which every runtime rounds alike; others one by one. */
function writeSteps(builder: OnnxWriter, x: string, scale: number, min: number, max: number, output: string): void {
  // Bytes; steps of 16 bits where only they divide as we do: a reader may turn a Div into a product.
  const most = max - min <= 255 || scale === 1 ? 255 : 65535;
  const zero = Math.min(Math.max(-min, 0), most);
  const cutTo = (steps: string): void =>
    void builder.add('Clip', [steps, builder.scalar(min), builder.scalar(max)], {}, output);
  if (!Number.isInteger(zero) || min < -zero || max > most - zero) {
    const steps = scale === 1 ? x : builder.add('Div', [x, builder.scalar(scale)]);
    return cutTo(builder.add('Round', [steps]));
  }
  const point =
    most === 255
      ? builder.constant(`byte ${zero}`, [], Uint8Array.of(zero))
      : builder.constant(`word ${zero}`, [], Uint16Array.of(zero));
  const bytes = builder.add('QuantizeLinear', [x, builder.scalar(scale), point]);
  const whole = min === -zero && max === most - zero;
  const steps = builder.add('DequantizeLinear', [bytes, builder.scalar(1), point], {}, whole ? output : undefined);
  if (!whole) cutTo(steps);
}

export const quantize = definePointwise({
  name: 'quantize',
  doc: 'Nearest whole number of steps, x / scale, from min to max.',
  attrs: v.strictObject({ scale: v.pipe(finite, v.gtValue(0, 'must be above 0')), ...bounds }),
  shape: (inputs) => onlyOperand(inputs, 'a quantization'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs: { scale, min, max } }) => {
    const step = Math.fround(scale);
    return (x as Float32Array).map((value) => cut(Math.fround(value / step), min, max));
  },
  pointwise(x, { scale, min, max }, type = 'vec4f') {
    const c = (value: number): string => (type === 'f32' ? f32(value) : `${type}(${f32(value)})`);
    const steps = scale === 1 ? x : nearestHalf(x, Math.fround(scale), [c(min - 1), c(max + 1)], type);
    return `clamp(round(${steps}), ${c(min)}, ${c(max)})`;
  },
  onnx: {
    write({ builder, inputs, output, attrs: { scale, min, max } }) {
      writeSteps(builder, inputs[0] as string, scale, min, max, output);
    },
  },
  pytorch: {
    expression: ({ x, attrs }) => `(${x()} / ${attrs.scale}).round().clamp(${attrs.min}, ${attrs.max})`,
  },
});

export const requantize = defineOp({
  name: 'requantize',
  doc: 'Sums of products in steps of their own as steps of the result: a factor per channel, rounded once, from min to max.',
  attrs: v.strictObject(bounds),
  shape: (inputs) => onlyOperand(inputs, 'a requantization'),
  params: ([input]) => ({ factor: { shape: [channelsOf(input as Shape)], trainable: false } }),
  macKind: 'none',
  macs: () => 0,
  reference([x], { factor }, { output, attrs: { min, max } }) {
    const channels = channelsOf(output);
    return (x as Float32Array).map((value, i) => cut(Math.fround(value * factor![i % channels]!), min, max));
  },
  onnx: {
    write({ builder, inputs, output, outputShape, attrs: { min, max }, param }) {
      const scaled = builder.add('Mul', [...inputs, param('factor', alongChannel(outputShape))]);
      writeSteps(builder, scaled, 1, min, max, output);
    },
  },
  pytorch: {
    leaves: (n) => [[n.params.factor ?? '', `nn.Parameter(torch.ones(${channelsOf(n.output)}), requires_grad=False)`]],
    expression(n) {
      const factor = `${n.at(n.params.factor ?? '')}${n.output.length === 4 ? '.view(1, -1, 1, 1)' : ''}`;
      return `(${n.x()} * ${factor}).round().clamp(${n.attrs.min}, ${n.attrs.max})`;
    },
  },
});
