// TFLite operators that exporters write now and then: reversed axes, running sums, classes as vectors, sums of many.
import type { Call, Kind } from '../../model/call.ts';
import { map2 } from '../../model/math/broadcast.ts';
import { around, view } from '../../model/math/move.ts';
import { runningSum } from '../../model/math/product.ts';
import { stridesOf } from '../../model/tensor.ts';
import { blank } from './elementwise.ts';
import { emit, real } from './real.ts';

const reverse: Kind = {
  infer(call) {
    call.axes(call.constants(1), call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const axes = call.axes(call.constants(1), x.shape.length);
    const strides = stridesOf(x.shape);
    const offset = axes.reduce((sum, axis) => sum + (x.shape[axis]! - 1) * strides[axis]!, 0);
    view(
      out!,
      x.data,
      strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      offset,
    );
  },
};

const sums: Kind = {
  infer(call) {
    call.axis(call.constants(1)[0] ?? 0, call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const axis = call.axis(call.constants(1)[0] ?? 0, call.shape(0).length);
    const values = blank(out!.shape);
    const [exclusive, reversed] = [call.number('exclusive', 0) === 1, call.number('reverse', 0) === 1];
    runningSum(values, real(call, 0), axis, exclusive, reversed);
    emit(call, out!, values.data);
  },
};

/** indices, depth, on, off. */
const oneHot: Kind = {
  infer(call) {
    const shape = [...call.shape(0)];
    const depth = call.constants(1)[0] ?? 0;
    if (!(depth > 0)) call.fail(`makes vectors of ${depth} places`);
    shape.splice(oneHotAxis(call), 0, depth);
    return [call.like(2, shape)];
  },
  run(call, [out]) {
    const [outer, depth, inner] = around(out!.shape, oneHotAxis(call));
    const [on, off] = [call.tensor(2).data[0]!, call.tensor(3).data[0]!];
    const at = call.tensor(0).data;
    for (let o = 0, to = 0; o < outer; o++)
      for (let d = 0; d < depth; d++)
        for (let i = 0; i < inner; i++) out!.data[to++] = at[o * inner + i] === d ? on : off;
  },
};
export const oneHotAxis = (call: Call): number => {
  const axis = call.number('axis', -1);
  return axis === -1 ? call.shape(0).length : call.axis(axis, call.shape(0).length + 1);
};

const sumOfAll: Kind = {
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const values = blank(out!.shape);
    call.node.inputs.forEach((_, i) =>
      map2(values, { ...values, data: values.data.slice() }, real(call, i), (a, b) => a + b),
    );
    emit(call, out!, values.data);
  },
};

export const further: Readonly<Record<string, Kind>> = {
  REVERSE_V2: reverse,
  CUMSUM: sums,
  ONE_HOT: oneHot,
  ADD_N: sumOfAll,
};
