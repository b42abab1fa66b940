// Random integer steps of every family and the numbers to fill them: odd channels, all strides, extreme zero points, saturating sums.
import { reference, type AttrsOf, type Int8Family, type StepOf } from '../../../src/gpu-kernels/families/index.ts';
import type { After, ProductAttrs } from '../../../src/gpu-kernels/families/int8/product.ts';
import type { Window } from '../../../src/gpu-kernels/families/window.ts';
import type { Bytes } from '../../../src/graph/quant/run-program.ts';
import { multiplierOf } from '../../../src/gpu-kernels/families/int8/requantize.ts';
import { commonFactors } from '../../../src/gpu-kernels/families/int8/add.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { padAxis, windowOutput } from '../../../src/gpu-kernels/ops/padding.ts';
import type { Numbers, StepShape, Value, WeightExpr } from '../../../src/gpu-kernels/step.ts';
import type { Random } from '../kernels/random-steps.ts';
import { param } from '../kernels/random-steps.ts';

/** A shape of a step; `fill` draws numbers for it as often as wanted. Small and general rounding are two shader texts, so a shape has one. */
export interface Case {
  readonly step: StepOf<Int8Family>;
  fill(random: Random): Filled;
}
export interface Filled {
  /** With the scalars drawn. */
  readonly step: StepOf<Int8Family>;
  readonly inputs: readonly Bytes[];
  readonly weights: Readonly<Record<string, Numbers>>;
  readonly expected: Bytes;
}

const value = (id: string, shape: Shape, type: Value['type'] = 'u8'): Value => ({ id, shape, type: type });
const zero = (random: Random): number => random.pick(0, 255, 128, random.whole(0, 255));
/** Bytes: everything, or only the two ends, which drive sums to their extremes. */
const bytes = (random: Random, count: number): Uint8Array => {
  const ends = random.chance(0.2);
  return Uint8Array.from({ length: count }, () => (ends ? random.pick(0, 255) : random.whole(0, 255)));
};

const filled = <F extends Int8Family>(
  step: StepShape<F, AttrsOf<F>>,
  attrs: Partial<AttrsOf<F>>,
  inputs: readonly Bytes[],
  weights: Readonly<Record<string, Numbers>> = {},
): Filled => {
  const own = { ...step, attrs: Object.assign({}, step.attrs, attrs) } as unknown as StepOf<Int8Family>;
  const [expected] = reference(own, { inputs, weights });
  return { step: own, inputs, weights, expected: expected as Bytes };
};

const base = <F extends Int8Family>(
  family: F,
  inputs: readonly Value[],
  output: Value,
  attrs: AttrsOf<F>,
  weights: Readonly<Record<string, WeightExpr>> = {},
): StepShape<F, AttrsOf<F>> => ({
  family,
  from: ['y'],
  inputs,
  outputs: [output],
  attrs,
  weights,
  prologue: [],
  epilogue: [],
});

/** A window that fits a map of `size`, with the size of its output. */
function window(random: Random, size: readonly [number, number]): Window & { readonly out: readonly [number, number] } {
  for (;;) {
    const square = random.pick(1, 2, 3, 3, 5);
    const kernel = random.chance(0.8)
      ? ([square, square] as const)
      : ([random.whole(1, 4), random.whole(1, 4)] as const);
    const stride = random.pick([1, 1], [2, 2], [3, 3], [1, 2]) as readonly [number, number];
    const dilation = random.chance(0.8) ? ([1, 1] as const) : ([2, 1] as const);
    const padding = random.pick<'same' | number>('same', 0, Math.floor(square / 2));
    const padsOf = (axis: 0 | 1) => padAxis(padding, axis, size[axis], kernel[axis], stride[axis], dilation[axis]);
    const pads = [padsOf(0), padsOf(1)] as const;
    const outOf = (axis: 0 | 1) => windowOutput(size[axis], kernel[axis], stride[axis], dilation[axis], pads[axis]);
    const out = [outOf(0), outOf(1)] as const;
    if (out.some((length) => length < 1)) continue;
    return {
      kernel,
      stride,
      dilation,
      pads: [pads[0][0], pads[1][0]],
      out,
    };
  }
}

/** Per-channel constants of a product; `small`: factors below 1/4 only. */
function constants(random: Random, weight: Int8Array, channels: number, small: boolean): Record<string, Numbers> {
  const own = weight.length / channels;
  // |Σ(x − zero)·w| is at most this: what is left of int32 is the bias's.
  const room = 2 ** 31 - 1 - own * 255 * 127;
  const huge = random.chance(0.3);
  const bias = Int32Array.from({ length: channels }, () =>
    huge ? random.pick(room, -room, random.whole(-room, room)) : random.whole(-20000, 20000),
  );
  const factors = Array.from({ length: channels }, () => {
    const spread = huge ? 2 ** -random.whole(20, 40) : 2 ** -random.whole(4, 12);
    return multiplierOf(small ? Math.min(0.24, spread) : random.pick(spread, 2 ** random.whole(-4, 13), 0.9999, 0.25));
  });
  return {
    weight,
    bias,
    m0: Int32Array.from(factors, ({ m0 }) => (random.chance(0.5) ? m0 : random.whole(2 ** 30, 2 ** 31 - 1))),
    shift: Int32Array.from(factors, ({ shift }) => shift),
    cap: Int32Array.from({ length: channels }, () => random.pick(255, 255, random.whole(128, 255))),
  };
}

type ProductFamily = 'int8Pointwise' | 'int8Conv2d' | 'int8Depthwise';

/** A product step of one of the three families around `attrs`. */
function product<F extends ProductFamily>(
  random: Random,
  family: F,
  input: Shape,
  output: Shape,
  weightShape: Shape,
  attrs: (numbers: ProductAttrs) => AttrsOf<F>,
): Case {
  const channels = output.at(-1) as number;
  const small = random.chance(0.6);
  const floats = family === 'int8Pointwise' && random.chance(0.15);
  const withTable = !floats && random.chance(0.3);
  const withAdd = !floats && random.chance(0.4);
  const roles = ['weight', 'bias', ...(floats ? ['scale'] : ['m0', 'shift', 'cap']), ...(withTable ? ['table'] : [])];
  const weights = Object.fromEntries(
    roles.map((role) => [role, param(role, role === 'weight' ? weightShape : role === 'table' ? [256] : [channels])]),
  );
  const inputs = [value('x', input), ...(withAdd ? [value('r', output)] : [])];
  const numbers = (r: Random): ProductAttrs => {
    const table: readonly After[] = withTable ? [{ kind: 'table', weight: 'table' }] : [];
    const after: readonly After[] = withAdd ? [...table, { kind: 'add', input: 1, ...addNumbers(r) }] : table;
    const low = r.pick(0, 0, r.whole(0, 127));
    return { inputZero: zero(r), outputZero: zero(r), low, small, reach: 0, after };
  };
  const step = base(family, inputs, value('y', output, floats ? 'f32' : 'u8'), attrs(numbers(random)), weights);
  return {
    step: step as unknown as StepOf<ProductFamily>,
    fill(random) {
      const ends = random.chance(0.2);
      const weight = Int8Array.from({ length: elements(weightShape) }, () =>
        ends ? random.pick(127, -127) : random.whole(-127, 127),
      );
      const own: Record<string, Numbers> = {
        ...constants(random, weight, channels, small),
        scale: random.numbers(channels),
        table: bytes(random, 256),
      };
      return filled(
        step,
        attrs(numbers(random)),
        inputs.map(({ shape }) => bytes(random, elements(shape))),
        Object.fromEntries(roles.map((role) => [role, own[role] as Numbers])),
      );
    },
  };
}

function addNumbers(random: Random) {
  const { integers, shift } = commonFactors([
    random.pick(1, 0.3, 7.77, 2 ** -9, 2 ** 18),
    random.pick(1, -1, 0.0101, 3),
  ]);
  const [low, high] = random.pick<[number, number]>([0, 255], [random.whole(0, 127), random.whole(128, 255)]);
  return {
    leftZero: zero(random),
    rightZero: zero(random),
    left: integers[0] as number,
    right: integers[1] as number,
    shift,
    outputZero: zero(random),
    low,
    high,
  };
}

const channelsOf = (random: Random): number => random.pick(1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 20, 24, 33);
const rescaling = (random: Random) => ({
  ...multiplierOf(random.pick(2 ** -random.whole(1, 20), 0.7, 1.3, 100)),
  outputZero: zero(random),
});
const mapShape = (random: Random, channels: number): [number, number, number, number] => [
  random.pick(1, 1, 2),
  random.whole(1, 9),
  random.whole(1, 9),
  channels,
];

/** A drawer for each family: one that has none does not compile. */
export const draws: Readonly<Record<Int8Family, (random: Random) => Case>> = {
  int8Pointwise(random) {
    const groups = random.pick(1, 1, 1, 2);
    const [input, output] = groups === 1 ? [channelsOf(random), channelsOf(random)] : [8 * groups, 4 * groups];
    const stride = random.pick<[number, number]>([1, 1], [1, 1], [2, 2], [1, 2]);
    const [n, h, w] = mapShape(random, 1);
    const strided = stride[0] * stride[1] > 1;
    const rows = strided ? [n, Math.ceil(h / stride[0]), Math.ceil(w / stride[1])] : [n, h, w];
    if (!strided && random.chance(0.2))
      return product(random, 'int8Pointwise', [n, input], [n, output], [output, input / groups], (numbers) => ({
        ...numbers,
        stride,
        groups,
      }));
    return product(
      random,
      'int8Pointwise',
      [n, h, w, input],
      [...rows, output],
      [output, input / groups],
      (numbers) => ({
        ...numbers,
        stride,
        groups,
      }),
    );
  },
  int8Conv2d(random) {
    const groups = random.pick(1, 1, 1, 2);
    const [input, output] = groups === 1 ? [random.pick(1, 3, 4, 7, 12), channelsOf(random)] : [4 * groups, 8 * groups];
    const [n, h, w] = mapShape(random, 1);
    const { out, ...placed } = window(random, [h, w]);
    return product(
      random,
      'int8Conv2d',
      [n, h, w, input],
      [n, ...out, output],
      [output, input / groups, ...placed.kernel],
      (numbers) => ({ ...placed, ...numbers, groups }),
    );
  },
  int8Depthwise(random) {
    const channels = channelsOf(random);
    const [n, h, w] = mapShape(random, 1);
    const { out, ...placed } = window(random, [h, w]);
    return product(
      random,
      'int8Depthwise',
      [n, h, w, channels],
      [n, ...out, channels],
      [channels, 1, ...placed.kernel],
      (numbers) => ({ ...placed, ...numbers, repeat: 1 }),
    );
  },
  int8Add(random) {
    const shape = mapShape(random, channelsOf(random));
    const step = base('int8Add', [value('a', shape), value('b', shape)], value('y', shape), addNumbers(random));
    return { step, fill: (r) => filled(step, addNumbers(r), [bytes(r, elements(shape)), bytes(r, elements(shape))]) };
  },
  int8Mul(random) {
    const shape = mapShape(random, channelsOf(random));
    const other = random.chance(0.7) ? [shape[0], 1, 1, shape[3]] : shape;
    const attrs = (r: Random) => ({ leftZero: zero(r), rightZero: zero(r), ...rescaling(r) });
    const step = base('int8Mul', [value('a', shape), value('b', other)], value('y', shape), attrs(random));
    return {
      step,
      fill: (r) => filled(step, attrs(r), [bytes(r, elements(shape)), bytes(r, elements(other))]),
    };
  },
  int8Mean(random) {
    const shape = mapShape(random, channelsOf(random));
    const output = random.chance(0.5) ? [shape[0], shape[3]] : [shape[0], 1, 1, shape[3]];
    const attrs = (r: Random) => ({ inputZero: zero(r), ...rescaling(r) });
    const step = base('int8Mean', [value('x', shape)], value('y', output), attrs(random));
    return { step, fill: (r) => filled(step, attrs(r), [bytes(r, elements(shape))]) };
  },
  int8Pool(random) {
    const shape = mapShape(random, channelsOf(random));
    const { out, ...placed } = window(random, [shape[1], shape[2]]);
    const attrs = (r: Random) => ({ inputZero: zero(r), ...rescaling(r) });
    const step = base('int8Pool', [value('x', shape)], value('y', [shape[0], ...out, shape[3]]), {
      ...placed,
      ...attrs(random),
      mode: random.pick('max', 'avg'),
      countPad: true,
      ends: [shape[1] + placed.kernel[0], shape[2] + placed.kernel[1]],
    });
    return { step, fill: (r) => filled(step, attrs(r), [bytes(r, elements(shape))]) };
  },
  int8Table(random) {
    const shape = mapShape(random, channelsOf(random));
    const step = base('int8Table', [value('x', shape)], value('y', shape), {}, { table: param('table', [256]) });
    return { step, fill: (r) => filled(step, {}, [bytes(r, elements(shape))], { table: bytes(r, 256) }) };
  },
  int8Concat(random) {
    const [n, h, w] = mapShape(random, 1);
    const channels = [...Array.from({ length: random.whole(1, 3) }, () => 4 * random.whole(1, 4)), channelsOf(random)];
    const inputs = channels.map((c, i) => value(`x${i}`, [n, h, w, c]));
    const numbers = (r: Random): AttrsOf<'int8Concat'> => {
      const factors = channels.map(() => commonFactors([r.pick(1, 0.5, 1.77, 12)]));
      return {
        zeros: channels.map(() => zero(r)),
        factors: factors.map(({ integers }) => integers[0] as number),
        shifts: factors.map(({ shift }) => shift),
        outputZero: zero(r),
      };
    };
    const total = channels.reduce((a, b) => a + b);
    const step = base('int8Concat', inputs, value('y', [n, h, w, total]), numbers(random));
    const fill = (r: Random): Filled =>
      filled(
        step,
        numbers(r),
        inputs.map(({ shape }) => bytes(r, elements(shape))),
      );
    return { step, fill };
  },
  quantize(random) {
    const shape = mapShape(random, channelsOf(random));
    // The numbers are part of the shader: a net has few of these steps.
    const attrs = { inverse: Math.fround(random.pick(1, 17.3, 0.01, 1 / 3)), zero: zero(random) };
    const step = base('quantize', [value('x', shape, 'f32')], value('y', shape), attrs);
    const fill = (r: Random): Filled => {
      const x = r
        .numbers(elements(shape), -300 / attrs.inverse, 300 / attrs.inverse)
        .map((number) => (r.chance(0.3) ? (Math.round(number * attrs.inverse) + 0.5) / attrs.inverse : number));
      return filled(step, {}, [x]);
    };
    return { step, fill };
  },
  dequantize(random) {
    const shape = mapShape(random, channelsOf(random));
    const attrs = { scale: Math.fround(random.pick(1, 0.0173, 1e-4)), zero: zero(random) };
    const step = base('dequantize', [value('x', shape)], value('y', shape, 'f32'), attrs);
    return { step, fill: (r) => filled(step, {}, [bytes(r, elements(shape))]) };
  },
};
