// Every op of the registry through lowering, passes, kernels and executor, against its own CPU reference, on many shapes.
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elements, ShapeError, type Shape } from '../../src/gpu-kernels/op.ts';
import { isPointwise, opNames, ops, type OpName } from '../../src/gpu-kernels/ops/index.ts';
import { GraphBuilder } from '../../src/graph/ir/builder.ts';
import { mulberry32 } from '../../src/graph/random.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { executeGraph } from '../../src/workers/engine/execute.ts';
import { furtherCases, type Case } from './further-ops.ts';
import { gpu } from './rig.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const random = mulberry32(7);
const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
const pick = <T>(...list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const times = (count: number, make: (index: number) => Case): Case[] =>
  Array.from({ length: count }, (_, i) => make(i));
const map = (low = 3, high = 12, channels = whole(1, 21)): Shape => [
  whole(1, 2),
  whole(low, high),
  whole(low, high),
  channels,
];

function convolution(): Case {
  const groups = pick(1, 1, 2, 3);
  const [inC, out] = [groups * whole(1, 9), groups * whole(1, 9)];
  const kernel = [whole(1, 5), whole(1, 5)] as const;
  const dilation = pick(1, 1, 2);
  const size = 1 + Math.max(...kernel) * dilation;
  return {
    op: 'conv2d',
    attrs: {
      out,
      kernel,
      groups,
      stride: pick([1, 1], [2, 2], [1, 3]),
      dilation: [dilation, dilation],
      padding: pick<unknown>('same', 0, 1, [1, 2, 0, 1]),
      bias: pick(true, false),
    },
    inputs: [map(size, size + 8, inC)],
  };
}

function attentionCase(): Case {
  const heads = pick(1, 2, 4);
  const [keyDim, valueDim] = pick([4, 4], [8, 16], [3, 5], [6, 4]);
  const kvHeads = pick(heads, 1);
  const [queries, keys] = [whole(1, 30), whole(1, 30)];
  const entries = whole(3, 9);
  const bias = { kind: 'table', entries, index: Array.from({ length: queries * keys }, (_, i) => i % entries) };
  return {
    op: 'attention',
    attrs: { heads, kvHeads, keyDim, valueDim, ...(random() < 0.5 ? { bias } : {}), talkingHeads: random() < 0.4 },
    inputs: [
      [2, queries, heads * keyDim],
      [2, keys, kvHeads * keyDim],
      [2, keys, kvHeads * valueDim],
    ],
  };
}

/** Element-wise ops that need no attributes, whatever the registry has of them, and those with one parameter a channel. */
const plain = opNames.filter((name) => isPointwise(name) && v.safeParse(ops[name].attrs, {}).success);
const unary: readonly OpName[] = [...plain, 'prelu', 'batch_norm', 'layer_scale'];

const cases: readonly Case[] = [
  ...unary.flatMap((op) => times(20, (): Case => ({ op, inputs: [map()] }))),
  ...times(60, convolution),
  ...times(30, (): Case => {
    const channels = whole(1, 21);
    const k = pick(1, 2, 3, 5, 7);
    return {
      op: 'conv2d',
      attrs: {
        out: channels,
        groups: channels,
        kernel: [k, k],
        stride: pick([1, 1], [2, 2], [3, 3]),
        padding: pick<unknown>('same', Math.floor(k / 2)),
        bias: pick(true, false),
      },
      inputs: [map(k, k + 9, channels)],
    };
  }),
  ...times(20, (): Case => {
    const parts = whole(2, 4);
    const splits = Array.from({ length: parts }, () => whole(1, 6));
    return {
      op: 'mixed_conv2d',
      attrs: {
        kernels: [3, 5, 7, 9].slice(0, parts),
        inSplits: splits,
        outSplits: splits,
        stride: pick(1, 2),
        padding: pick('same', 'symmetric'),
        depthwise: true,
      },
      inputs: [
        map(
          9,
          14,
          splits.reduce((a, b) => a + b, 0),
        ),
      ],
    };
  }),
  ...times(20, (i) => {
    const equal = i % 2 === 0;
    const [inSplits, outSplits] = equal
      ? [
          [4, 4],
          [6, 6],
        ]
      : [
          [whole(1, 5), whole(1, 5)],
          [whole(1, 5), whole(1, 5)],
        ];
    return {
      op: 'mixed_conv2d',
      attrs: { kernels: equal ? [1, 1] : [1, 3], inSplits, outSplits, stride: pick(1, 2), depthwise: false },
      inputs: [
        map(
          4,
          9,
          inSplits.reduce((a, b) => a + b, 0),
        ),
      ],
    };
  }),
  ...times(30, (): Case => ({
    op: 'linear',
    attrs: { out: whole(1, 40), bias: pick(true, false) },
    inputs: [pick<Shape>([2, whole(1, 50)], [1, whole(1, 9), whole(1, 50)], map())],
  })),
  ...times(20, (): Case => ({ op: 'layer_norm', inputs: [pick<Shape>(map(), [2, 5, whole(2, 30)])] })),
  ...(['group_norm', 'evonorm_s0'] as const).flatMap((op) =>
    times(20, (): Case => {
      const groups = whole(1, 4);
      return {
        op,
        attrs: { groups, ...(op === 'evonorm_s0' ? { apply: random() < 0.8 } : {}) },
        inputs: [map(2, 7, groups * whole(1, 9))],
      };
    }),
  ),
  ...times(20, (): Case => ({ op: 'evonorm_b0', attrs: { apply: random() < 0.8 }, inputs: [map(2, 7)] })),
  ...(['add', 'mul', 'sub'] as const).flatMap((op) =>
    times(20, (): Case => {
      const a = map();
      const b = a.map((size) => (random() < 0.4 ? 1 : size));
      return { op, inputs: random() < 0.5 ? [a, b] : [b, a] };
    }),
  ),
  ...times(20, (): Case => ({ op: 'scale_const', attrs: { factor: random() * 4 - 2 }, inputs: [map()] })),
  ...furtherCases(random),
  ...times(20, (): Case => ({
    op: 'mean',
    attrs: { axes: pick([1], [2], [1, 2]), keepDims: pick(true, false) },
    inputs: [map()],
  })),
  ...(['avg_pool2d', 'max_pool2d'] as const).flatMap((op) =>
    times(20, (): Case => {
      const k = pick(2, 3);
      return {
        op,
        attrs: {
          kernel: [k, k],
          stride: pick([1, 1], [2, 2], [3, 3]),
          padding: pick<unknown>(0, 1, 'same'),
          ceilMode: pick(true, false),
          ...(op === 'avg_pool2d' ? { countIncludePad: pick(true, false) } : {}),
        },
        inputs: [map(4, 11)],
      };
    }),
  ),
  ...times(20, (): Case => ({
    op: 'blur_pool',
    attrs: { size: pick(3, 4, 5), stride: pick(1, 2), border: pick('reflect', 'zeros') },
    inputs: [map(6, 13)],
  })),
  ...times(20, (): Case => ({
    op: 'resize',
    attrs: {
      ...pick<object>({ scale: 2 }, { size: [whole(2, 15), whole(2, 15)] }),
      mode: pick('bilinear', 'nearest'),
      alignCorners: pick(true, false),
    },
    inputs: [map(2, 9)],
  })),
  ...times(20, (): Case => ({
    op: 'unfold',
    attrs: { kernel: pick([3, 3], [7, 7], [2, 3]), stride: pick([1, 1], [2, 2], [4, 4]), padding: pick(0, 1, 2) },
    inputs: [map(8, 15, whole(1, 5))],
  })),
  ...times(20, (): Case => ({ op: 'reshape', attrs: { to: 'tokens' }, inputs: [map()] })),
  ...times(20, (): Case => {
    const a = [...map()];
    const axis = whole(1, 3);
    return { op: 'concat', attrs: { axis }, inputs: [a, a.map((size, i) => (i === axis ? whole(1, 7) : size)), a] };
  }),
  ...times(20, (): Case => ({
    op: 'slice',
    attrs: { axis: whole(1, 3), start: whole(0, 1), size: whole(1, 3), step: whole(1, 2) },
    inputs: [map(6, 12, whole(6, 20))],
  })),
  ...times(20, (): Case => ({ op: 'select', attrs: { axis: pick(1, 2), index: whole(0, 2) }, inputs: [map()] })),
  ...times(20, (): Case => ({
    op: 'transpose',
    attrs: { perm: pick([0, 3, 1, 2], [0, 2, 1, 3], [0, 1, 3, 2]) },
    inputs: [map()],
  })),
  ...times(20, (): Case => ({ op: 'softmax', inputs: [pick<Shape>(map(), [1, whole(1, 40)])] })),
  ...times(20, (): Case => ({ op: 'prepend_token', inputs: [[whole(1, 2), whole(1, 9), whole(1, 21)]] })),
  ...times(20, (): Case => {
    const tokens = whole(1, 12);
    return { op: 'position_embedding', attrs: { tokens }, inputs: [[whole(1, 2), tokens, whole(1, 21)]] };
  }),
  ...times(60, attentionCase),
  ...times(20, (): Case => {
    const dim = 4 * whole(1, 5);
    return {
      op: 'performer_attention',
      attrs: { dim, features: whole(2, 9) },
      inputs: [[whole(1, 2), whole(1, 40), 3 * dim]],
    };
  }),
];

function build({ op, attrs = {}, inputs }: Case) {
  const builder = new GraphBuilder(op);
  const ids = inputs.map((shape, i) => builder.input(shape, `input${i}`));
  builder.add('node', op, attrs, ids);
  return builder.graph();
}

/** False for a random shape that the op refuses, which must stay the exception; whatever else goes wrong is a fault of the op. */
function isTaken(given: Case): boolean {
  try {
    return build(given).nodes.length > given.inputs.length;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

const fill = (count: number, low: number, high: number): Float32Array =>
  Float32Array.from({ length: count }, () => low + (high - low) * random());

/** Places in a value of at least 900 elements; variances are positive. */
const parameter = (name: string, shape: Shape): Float32Array =>
  name.endsWith('index')
    ? fill(elements(shape), -1, 900).map(Math.floor)
    : fill(elements(shape), name.endsWith('var') ? 0.5 : -1, 1);

async function compare(given: Case): Promise<number> {
  const graph = build(given);
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, parameter(name, shape)]));
  const inputs = given.inputs.map((shape) => fill(elements(shape), -2, 2));
  const expected = runReference(graph, params, new Map(inputs.map((data, i) => [`input${i}`, data]))).get(
    'node',
  ) as Float32Array;
  const found = (await executeGraph(open, graph, params, inputs)).get('node') as Float32Array;
  expect(found.length).toBe(expected.length);
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return expected.reduce((worst, x, i) => Math.max(worst, Math.abs(x - (found[i] as number)) / scale), 0);
}

describe('ops on the GPU', () => {
  it('has cases for every op', () => {
    const covered = new Set(cases.map(({ op }) => op));
    expect(opNames.filter((name) => name !== 'input' && !covered.has(name))).toEqual([]);
  });

  for (const name of new Set(cases.map(({ op }) => op))) {
    it(`${name} agrees with its reference`, async () => {
      const drawn = cases.filter(({ op }) => op === name);
      const taken = drawn.filter(isTaken);
      for (const given of taken) expect(await compare(given), JSON.stringify(given)).toBeLessThan(2e-5);
      expect(taken.length).toBeGreaterThanOrEqual(Math.max(10, drawn.length / 2));
    }, 600_000);
  }
});
