// TFLite operators that move values: quantised values move as they are, except where parts of a result differ in scale.
import type { Call, Kind, Known } from '../../model/call.ts';
import { broadcastShape, stretchedStrides } from '../../model/math/broadcast.ts';
import { concat, transpose, view } from '../../model/math/move.ts';
import { joined, reshaped, tile } from '../../model/shared-kinds.ts';
import type { Tensor } from '../../model/tensor.ts';
import { affine, emit, real } from './real.ts';

const copy: NonNullable<Kind['run']> = (call, [out]) => out!.data.set(call.tensor(0).data);
const moving = (shape: (call: Call) => readonly number[]): Kind => ({
  infer: (call) => [call.like(0, shape(call))],
  run: copy,
});

const reshape = moving((call) => {
  const wanted = call.has(1) ? call.constants(1) : (call.list('new_shape') ?? []);
  return reshaped(call, call.shape(0), wanted, true);
});

const squeeze = moving((call) => {
  const x = call.shape(0);
  const given = call.list('squeeze_dims') ?? [];
  const axes = given.length > 0 ? call.axes(given, x.length) : x.flatMap((size, i) => (size === 1 ? [i] : []));
  for (const axis of axes) if (x[axis] !== 1) call.fail(`drops axis ${axis} of size ${x[axis]}`);
  return x.filter((_, axis) => !axes.includes(axis));
});

const order = (call: Call): number[] => {
  const axes = call.axes(call.constants(1), call.shape(0).length);
  return axes.length === call.shape(0).length
    ? axes
    : call.fail(`orders ${axes.length} of ${call.shape(0).length} axes`);
};

/** Parts may have scales of their own: they are brought to the result's. */
function parts(call: Call, indices: readonly number[]): readonly Tensor[] | undefined {
  const own = affine(call.results[0]);
  const same = indices.every((i) => {
    const part = affine(call.known(i).quantization);
    return part?.scale === own?.scale && part?.zero === own?.zero;
  });
  return same && call.text('activation', 'NONE') === 'NONE' ? indices.map((i) => call.tensor(i)) : undefined;
}

const concatenation: Kind = {
  infer: (call) => [call.like(0, joined(call, call.number('axis', 0)))],
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), out!.shape.length);
    const indices = call.node.inputs.map((_, i) => i);
    const same = parts(call, indices);
    if (same) return concat(out!, same, axis);
    const values: Tensor = { type: 'float64', shape: out!.shape, data: new Float64Array(out!.data.length) };
    concat(
      values,
      indices.map((i) => real(call, i)),
      axis,
    );
    emit(call, out!, values.data as Float64Array);
  },
};

const pack: Kind = {
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', 0), x.length + 1);
    return [call.like(0, [...x.slice(0, axis), call.node.inputs.length, ...x.slice(axis)])];
  },
  run(call, [out]) {
    const axis = call.axis(call.number('axis', 0), out!.shape.length);
    const unit = out!.shape.map((size, i) => (i === axis ? 1 : size));
    concat(
      out!,
      call.node.inputs.map((_, i) => ({ ...call.tensor(i), shape: unit })),
      axis,
    );
  },
};

const broadcastTo: Kind = {
  infer(call) {
    const shape = broadcastShape([call.shape(0), call.constants(1)]);
    return [call.like(0, shape ?? call.fail('stretches to a shape that does not fit'))];
  },
  run: (call, [out]) => view(out!, call.tensor(0).data, stretchedStrides(call.shape(0), out!.shape)),
};

const known = (call: Call, data: readonly number[], shape: readonly number[]): Known => ({
  type: call.resultType(0) ?? 'int32',
  shape,
  tensor: {
    type: call.resultType(0) ?? 'int32',
    shape,
    data: call.resultType(0) === 'int64' ? Float64Array.from(data) : Int32Array.from(data),
  },
});

export const movement: Readonly<Record<string, Kind>> = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: moving((call) => {
    const x = call.shape(0);
    const axis = call.axis(call.constants(1)[0] ?? 0, x.length + 1);
    return [...x.slice(0, axis), 1, ...x.slice(axis)];
  }),
  DENSIFY: moving((call) => call.shape(0)),
  TRANSPOSE: {
    infer: (call) => [
      call.like(
        0,
        order(call).map((axis) => call.shape(0)[axis]!),
      ),
    ],
    run: (call, [out]) => transpose(out!, call.tensor(0), order(call)),
  },
  CONCATENATION: concatenation,
  PACK: pack,
  TILE: tile,
  BROADCAST_TO: broadcastTo,
  SHAPE: { infer: (call) => [known(call, call.shape(0), [call.shape(0).length])] },
  RANK: { infer: (call) => [known(call, [call.shape(0).length], [])] },
  FILL: {
    infer: (call) => [call.like(1, call.constants(0))],
    run(call, [out]) {
      out!.data.fill(call.tensor(1).data[0] ?? 0);
    },
  },
};
