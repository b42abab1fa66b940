// ONNX operators that only move values or speak of shapes.
import type { Call, Kind, Known } from '../../model/call.ts';
import { reshaped } from '../../model/shapes.ts';
import { broadcastShape, stretchedStrides, walk } from '../../model/math/broadcast.ts';
import { around, concat, pad, take, transpose, view, type PadMode } from '../../model/math/move.ts';
import { decoded, stridesOf, zeros } from '../../model/tensor.ts';
import type { ModelTensor } from '../../model/model.ts';

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const copy: NonNullable<Kind['run']> = (call, [out]) => out!.data.set(call.tensor(0).data);

const moving = (shape: (call: Call) => readonly number[]): Kind => ({ infer: (call) => [call.like(0, shape(call))], run: copy });

function squeezed(call: Call): number[] {
  const x = call.shape(0);
  const given = call.opset >= 13 ? (call.has(1) ? call.constants(1) : undefined) : call.list('axes');
  const axes = given ? call.axes(given, x.length) : x.flatMap((size, i) => (size === 1 ? [i] : []));
  for (const axis of axes) if (x[axis] !== 1) call.fail(`drops axis ${axis} of size ${x[axis]}`);
  return x.filter((_, axis) => !axes.includes(axis));
}

function unsqueezed(call: Call): number[] {
  const x = call.shape(0);
  const given = call.opset >= 13 ? call.constants(1) : (call.list('axes') ?? []);
  const axes = call.axes(given, x.length + given.length);
  const rest = [...x];
  return Array.from({ length: x.length + axes.length }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!));
}

function order(call: Call): number[] {
  const rank = call.shape(0).length;
  const given = call.list('perm');
  if (!given) return Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (given.length !== rank) call.fail(`orders ${given.length} axes of ${rank}`);
  return call.axes(given, rank);
}

/** Start, step and size along each axis (ONNX Slice: operands since opset 10, attributes before). */
function sliced(call: Call): { start: number[]; step: number[]; shape: number[] } {
  const x = call.shape(0);
  const old = call.opset < 10;
  const starts = old ? (call.list('starts') ?? []) : call.constants(1);
  const ends = old ? (call.list('ends') ?? []) : call.constants(2);
  const given = old ? call.list('axes') : call.has(3) ? call.constants(3) : undefined;
  const axes = call.axes(given ?? starts.map((_, i) => i), x.length);
  const steps = !old && call.has(4) ? call.constants(4) : axes.map(() => 1);
  if (starts.length !== axes.length || ends.length !== axes.length || steps.length !== axes.length)
    call.fail('has starts, ends, axes and steps of different counts');
  const [start, step, shape] = [x.map(() => 0), x.map(() => 1), [...x]];
  axes.forEach((axis, i) => {
    const size = x[axis]!;
    const by = steps[i]!;
    if (by === 0) call.fail('has a step of 0');
    const clamp = (value: number, low: number, high: number): number =>
      Math.max(low, Math.min(high, value < 0 ? value + size : value));
    const from = by > 0 ? clamp(starts[i]!, 0, size) : clamp(starts[i]!, 0, size - 1);
    const to = by > 0 ? clamp(ends[i]!, 0, size) : clamp(ends[i]!, -1, size - 1);
    start[axis] = from;
    step[axis] = by;
    shape[axis] = Math.max(0, Math.ceil((to - from) / by));
  });
  return { start, step, shape };
}

const slice: Kind = {
  infer: (call) => [call.like(0, sliced(call).shape)],
  run(call, [out]) {
    const { start, step } = sliced(call);
    const strides = stridesOf(call.shape(0));
    view(out!, call.tensor(0).data, strides.map((s, i) => s * step[i]!), start.reduce((sum, s, i) => sum + s * strides[i]!, 0));
  },
};

function parts(call: Call): { axis: number; sizes: number[] } {
  const x = call.shape(0);
  const axis = call.axis(call.number('axis', 0), x.length);
  const given = call.opset >= 13 ? (call.has(1) ? call.constants(1) : undefined) : call.list('split');
  const count = call.number('num_outputs', call.node.outputs.length);
  const chunk = Math.ceil(x[axis]! / count);
  const sizes = given ? [...given] : Array.from({ length: count }, (_, i) => Math.min(chunk, x[axis]! - i * chunk));
  if (sizes.some((size) => size < 0) || sizes.reduce((a, b) => a + b, 0) !== x[axis])
    call.fail(`splits ${x[axis]} into ${sizes.join(' + ')}`);
  return { axis, sizes };
}

const split: Kind = {
  infer(call) {
    const { axis, sizes } = parts(call);
    return sizes.map((size) => call.like(0, call.shape(0).map((n, i) => (i === axis ? size : n))));
  },
  run(call, outs) {
    const { axis, sizes } = parts(call);
    const [outer, total, inner] = around(call.shape(0), axis);
    const x = call.tensor(0).data;
    let done = 0;
    sizes.forEach((size, p) => {
      const run = size * inner;
      for (let o = 0; o < outer; o++) {
        const from = (o * total + done) * inner;
        outs[p]?.data.set(x.subarray(from, from + run), o * run);
      }
      done += size;
    });
  },
};

const concatKind: Kind = {
  infer(call) {
    const first = call.shape(0);
    const axis = call.axis(call.number('axis', 1), first.length);
    let size = 0;
    for (let i = 0; i < call.node.inputs.length; i++) {
      const shape = call.shape(i);
      if (shape.length !== first.length || shape.some((n, a) => a !== axis && n !== first[a]))
        call.fail(`joins [${first.join(', ')}] and [${shape.join(', ')}] along axis ${axis}`);
      size += shape[axis]!;
    }
    return [call.like(0, first.map((n, a) => (a === axis ? size : n)))];
  },
  run(call, [out]) {
    const tensors = call.node.inputs.map((_, i) => call.tensor(i));
    concat(out!, tensors, call.axis(call.number('axis', 1), out!.shape.length));
  },
};

/** Indices into `size` places, each in range. */
function indices(call: Call, size: number): number[] {
  return Array.from(call.tensor(1).data, (value) => {
    const index = value < 0 ? value + size : value;
    if (index < 0 || index >= size) call.fail(`reads index ${value} of ${size}`);
    return index;
  });
}

const gather: Kind = {
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length);
    if (call.known(1).tensor) indices(call, x[axis]!);
    return [call.like(0, [...x.slice(0, axis), ...call.shape(1), ...x.slice(axis + 1)])];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), call.shape(0).length);
    take(out!, call.tensor(0), indices(call, call.shape(0)[axis]!), axis);
  },
};

/** Like Gather, but each position of the indices reads its own place along the axis. */
const gatherElements: Kind = {
  infer(call) {
    call.axis(call.number('axis', 0), call.shape(0).length);
    if (call.shape(1).length !== call.shape(0).length) call.fail('has indices of another rank');
    return [call.like(0, call.shape(1))];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), call.shape(0).length);
    const index = indices(call, call.shape(0)[axis]!);
    const strides = stridesOf(call.shape(0));
    const { data } = call.tensor(0);
    walk(out!.shape, [strides.map((stride, i) => (i === axis ? 0 : stride))], (to, [from]) => {
      out!.data[to] = data[from! + index[to]! * strides[axis]!]!;
    });
  },
};

const expand: Kind = {
  infer(call) {
    const wanted = call.constants(1);
    const shape = broadcastShape([call.shape(0), wanted]);
    if (!shape || wanted.some((size) => size < 0)) return call.fail(`stretches [${call.shape(0).join(', ')}] to [${wanted.join(', ')}]`);
    return [call.like(0, shape)];
  },
  run: (call, [out]) => view(out!, call.tensor(0).data, stretchedStrides(call.shape(0), out!.shape)),
};

const tile: Kind = {
  infer(call) {
    const repeats = call.constants(1);
    if (repeats.length !== call.shape(0).length || repeats.some((n) => n < 0)) call.fail(`repeats by [${repeats.join(', ')}]`);
    return [call.like(0, call.shape(0).map((size, i) => size * repeats[i]!))];
  },
  run: (call, [out]) => pad(out!, call.tensor(0), out!.shape.map(() => 0), 'wrap'),
};

/** Pads before and after each axis (operands since opset 11, some axes since 18). */
function padding(call: Call): { before: number[]; after: number[] } {
  const x = call.shape(0);
  const given = call.opset >= 11 ? call.constants(1) : (call.list('pads') ?? call.list('paddings') ?? []);
  const axes = call.opset >= 18 && call.has(3) ? call.axes(call.constants(3), x.length) : x.map((_, i) => i);
  if (given.length !== 2 * axes.length) call.fail(`has ${given.length} pads for ${axes.length} axes`);
  const [before, after] = [x.map(() => 0), x.map(() => 0)];
  axes.forEach((axis, i) => {
    before[axis] = given[i]!;
    after[axis] = given[axes.length + i]!;
  });
  return { before, after };
}

const padKind: Kind = {
  infer(call) {
    const { before, after } = padding(call);
    const shape = call.shape(0).map((size, i) => size + before[i]! + after[i]!);
    if (shape.some((size) => size < 0)) call.fail(`leaves a shape of [${shape.join(', ')}]`);
    return [call.like(0, shape)];
  },
  run(call, [out]) {
    const constant = call.opset >= 11 ? (call.has(2) ? call.tensor(2).data[0]! : 0) : call.number('value', 0);
    pad(out!, call.tensor(0), padding(call).before, call.text('mode', 'constant') as PadMode, constant);
  },
};

/** Six axes in `order`: blocks of b × b pixels to channels and back. */
function blocks(call: Call, toDepth: boolean) {
  const [n = 1, c = 1, h = 1, w = 1] = call.shape(0);
  const b = call.number('blocksize', 0);
  if (call.shape(0).length !== 4 || b < 1) return call.fail(`has a block of ${b} on a tensor of rank ${call.shape(0).length}`);
  if (toDepth ? h % b !== 0 || w % b !== 0 : c % (b * b) !== 0) return call.fail(`has blocks of ${b} that do not fit [${n}, ${c}, ${h}, ${w}]`);
  if (toDepth) return { split: [n, c, h / b, b, w / b, b], order: [0, 3, 5, 1, 2, 4], shape: [n, c * b * b, h / b, w / b] };
  const depth = c / (b * b);
  const rows = call.text('mode', 'DCR') === 'CRD';
  return {
    split: rows ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w],
    order: rows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
    shape: [n, depth, h * b, w * b],
  };
}
const blockKind = (toDepth: boolean): Kind => ({
  infer: (call) => [call.like(0, blocks(call, toDepth).shape)],
  run(call, [out]) {
    const { split: shape, order: axes } = blocks(call, toDepth);
    const x = call.tensor(0);
    transpose({ ...out!, shape: axes.map((axis) => shape[axis]!) }, { ...x, shape }, axes);
  },
});

const shapeKind: Kind = {
  infer(call) {
    const all = call.shape(0);
    const part = all.slice(call.number('start', 0), call.node.attributes.has('end') ? call.number('end', 0) : undefined);
    // Known without the values of the operand.
    return [{ type: 'int64', shape: [part.length], tensor: { type: 'int64', shape: [part.length], data: Float64Array.from(part) } }];
  },
};

const constantOfShape: Kind = {
  infer(call) {
    const value = call.node.attributes.get('value') as ModelTensor | undefined;
    const shape = call.constants(0);
    if (shape.some((size) => size < 0)) call.fail(`makes a tensor of [${shape.join(', ')}]`);
    return [{ type: value?.type ?? 'float32', shape }];
  },
  run(call, [out]) {
    const value = call.node.attributes.get('value') as ModelTensor | undefined;
    if (value) out!.data.fill(decoded(value).data[0] ?? 0);
  },
};

const constant: Kind = {
  infer(call): readonly Known[] {
    const { attributes } = call.node;
    const tensor = attributes.get('value') ?? attributes.get('sparse_value');
    if (typeof tensor === 'object' && 'bytes' in tensor) {
      const value = decoded(tensor);
      return [{ type: value.type, shape: value.shape, tensor: value }];
    }
    const list = (name: string, type: 'float32' | 'int64'): readonly Known[] | undefined => {
      const single = attributes.get(name);
      const many = attributes.get(`${name}s`);
      const values = typeof single === 'number' ? [single] : Array.isArray(many) ? (many as readonly number[]) : undefined;
      if (!values) return undefined;
      const shape = typeof single === 'number' ? [] : [values.length];
      const made = zeros(type, shape);
      made.data.set(values);
      return [{ type, shape, tensor: made }];
    };
    return list('value_float', 'float32') ?? list('value_int', 'int64') ?? call.skip('has no value of a kind that is read here');
  },
};

const range: Kind = {
  infer(call) {
    const [from, to, by] = [0, 1, 2].map((i) => call.tensor(i).data[0]!) as [number, number, number];
    if (by === 0) call.fail('has a step of 0');
    return [call.like(0, [Math.max(0, Math.ceil((to - from) / by))])];
  },
  run(call, [out]) {
    const [from, by] = [call.tensor(0).data[0]!, call.tensor(2).data[0]!];
    for (let i = 0; i < out!.data.length; i++) out!.data[i] = from + i * by;
  },
};

export const movement: Readonly<Record<string, Kind>> = {
  Reshape: moving((call) =>
    reshaped(
      call,
      call.shape(0),
      call.opset >= 5 ? call.constants(1) : (call.list('shape') ?? []),
      call.number('allowzero', 0) === 1,
    ),
  ),
  Flatten: moving((call) => {
    const x = call.shape(0);
    const given = call.number('axis', 1);
    const axis = given === x.length ? given : x.length === 0 ? 0 : call.axis(given, x.length);
    return [elements(x.slice(0, axis)), elements(x.slice(axis))];
  }),
  Squeeze: moving(squeezed),
  Unsqueeze: moving(unsqueezed),
  Transpose: {
    infer: (call) => [call.like(0, order(call).map((axis) => call.shape(0)[axis]!))],
    run: (call, [out]) => transpose(out!, call.tensor(0), order(call)),
  },
  Slice: slice,
  Split: split,
  Concat: concatKind,
  Gather: gather,
  GatherElements: gatherElements,
  Expand: expand,
  Tile: tile,
  Pad: padKind,
  DepthToSpace: blockKind(false),
  SpaceToDepth: blockKind(true),
  Shape: shapeKind,
  Size: {
    infer(call) {
      const data = Float64Array.of(elements(call.shape(0)));
      return [{ type: 'int64', shape: [], tensor: { type: 'int64', shape: [], data } }];
    },
  },
  ConstantOfShape: constantOfShape,
  Constant: constant,
  Range: range,
};
