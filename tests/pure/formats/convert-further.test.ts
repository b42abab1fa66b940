// Nodes that no op of ours is named after: the values of onnxruntime (see the table beside this file), followed node by node and as a graph of our ops.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { convertModel } from '../../../src/graph/formats/convert/convert.ts';
import { fromNode, toNode } from '../../../src/graph/formats/convert/values.ts';
import { evaluate } from '../../../src/graph/formats/model/evaluate.ts';
import type { Tensor } from '../../../src/graph/formats/model/tensor.ts';
import { encodeOnnx, type OnnxNode } from '../../../src/graph/formats/onnx/proto.ts';
import { kindsOf, openModel } from '../../../src/graph/formats/open.ts';
import { runReference } from '../../../src/graph/ir/reference.ts';

interface Row {
  readonly op: string;
  readonly opset: number;
  readonly shape: readonly number[];
  readonly x?: readonly number[];
  readonly attributes: NonNullable<OnnxNode['attributes']>;
  readonly constants: readonly { readonly type: 'f' | 'i'; readonly shape: number[]; readonly data: number[] }[];
  readonly output: readonly number[];
  readonly y: readonly number[];
}
const rows = JSON.parse(
  readFileSync(new URL('../../../test-data/imports/onnx-further.json', import.meta.url), 'utf8'),
) as readonly Row[];
const usual = [-2, -1, -0.5, 0.25, 0.5, 1, 2, 3];

it.each(rows)('$op of opset $opset over $shape with $attributes', (row) => {
  const constants = row.constants.map(({ type, shape, data }, i) => ({
    name: `c${i}`,
    shape,
    data: type === 'f' ? Float32Array.from(data) : BigInt64Array.from(data, BigInt),
  }));
  const model = openModel(
    encodeOnnx({
      name: 'one',
      opset: row.opset,
      inputs: [{ name: 'x', shape: row.shape }],
      outputs: [{ name: 'y', shape: row.output }],
      nodes: [
        {
          op: row.op,
          name: 'node',
          inputs: ['x', ...constants.map(({ name }) => name)],
          outputs: ['y'],
          attributes: row.attributes,
        },
      ],
      initializers: constants,
    }),
  );
  const x: Tensor = { type: 'float32', shape: row.shape, data: Float32Array.from(row.x ?? usual) };
  const own = evaluate(model, kindsOf(model), { feeds: new Map([['x', x]]) }).known.get('y')!;
  const converted = convertModel(model);
  if (!('graph' in converted)) throw new Error(converted.unconverted.map(({ reason }) => reason).join());
  const [input, output] = [converted.inputs[0]!, converted.outputs[0]!];
  const values = runReference(converted.graph, converted.params, toNode(input, x)).get(output.node)!;
  const results = [own.tensor!, fromNode(output, values)];
  for (const { shape, data } of results) {
    expect(shape).toEqual(row.output);
    row.y.forEach((value, i) => expect(Math.abs(data[i]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))));
  }
});
