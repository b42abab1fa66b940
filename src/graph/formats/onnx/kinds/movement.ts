// ONNX operators that only move values or speak of shapes.
import type { Call, Kind, Known } from '../../model/call.ts';
import { reshaped, tile } from '../../model/shared-kinds.ts';
import { broadcastShape, stretchedStrides } from '../../model/math/broadcast.ts';
import { pad, transpose, view, type PadMode } from '../../model/math/move.ts';
import { decoded, zeros } from '../../model/tensor.ts';
import type { ModelTensor } from '../../model/model.ts';

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const copy: NonNullable<Kind['run']> = (call, [out]) => out!.data.set(call.tensor(0).data);

const moving = (shape: (call: Call) => readonly number[]): Kind => ({
  infer: (call) => [call.like(0, shape(call))],
  run: copy,
});

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

const expand: Kind = {
  infer(call) {
    const wanted = call.constants(1);
    const shape = broadcastShape([call.shape(0), wanted]);
    if (!shape || wanted.some((size) => size < 0))
      return call.fail(`stretches [${call.shape(0).join(', ')}] to [${wanted.join(', ')}]`);
    return [call.like(0, shape)];
  },
  run: (call, [out]) => view(out!, call.tensor(0).data, stretchedStrides(call.shape(0), out!.shape)),
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

const shapeKind: Kind = {
  infer(call) {
    const all = call.shape(0);
    const part = all.slice(
      call.number('start', 0),
      call.node.attributes.has('end') ? call.number('end', 0) : undefined,
    );
    // Known without the values of the operand.
    return [
      {
        type: 'int64',
        shape: [part.length],
        tensor: { type: 'int64', shape: [part.length], data: Float64Array.from(part) },
      },
    ];
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
      const values =
        typeof single === 'number' ? [single] : Array.isArray(many) ? (many as readonly number[]) : undefined;
      if (!values) return undefined;
      const shape = typeof single === 'number' ? [] : [values.length];
      const made = zeros(type, shape);
      made.data.set(values);
      return [{ type, shape, tensor: made }];
    };
    return (
      list('value_float', 'float32') ??
      list('value_int', 'int64') ??
      call.skip('has no value of a kind that is read here')
    );
  },
};

const range: Kind = {
  infer(call) {
    const [from, to, by] = [0, 1, 2].map(
      (i) => call.tensor(i).data[0] ?? call.fail(`has no number in operand ${i}`),
    ) as [number, number, number];
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
    infer: (call) => [
      call.like(
        0,
        order(call).map((axis) => call.shape(0)[axis]!),
      ),
    ],
    run: (call, [out]) => transpose(out!, call.tensor(0), order(call)),
  },
  Expand: expand,
  Tile: tile,
  Pad: padKind,
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
