// Constants that a file stores as integers with scales: TFLite beside the tensor, ONNX in a DequantizeLinear before its reader.
import type { Known } from '../model/call.ts';
import type { Model, ModelNode } from '../model/model.ts';
import { around } from '../model/math/move.ts';
import { isFloatType, type Tensor } from '../model/tensor.ts';
import type { ConstantSteps } from './rule.ts';

/** Operand `index` of a node as integers less their zero points, or undefined where the file has real numbers or no constant. */
export function constantSteps(
  model: Model,
  known: ReadonlyMap<string, Known>,
  node: ModelNode,
  index: number,
): ConstantSteps | undefined {
  const name = node.inputs[index] ?? '';
  if (model.format === 'tflite') {
    const info = known.get(name);
    if (!info?.tensor || isFloatType(info.type) || !info.quantization) return undefined;
    const { scale, zeroPoint, axis } = info.quantization;
    return scale.length === 0 ? undefined : centred(info.tensor, scale, zeroPoint, axis);
  }
  const source = writerOf(model).get(name);
  if (!source?.kind.endsWith('DequantizeLinear')) return undefined;
  const [x, scale, zero] = source.inputs.map((input) => known.get(input)?.tensor);
  if (!x || !scale || scale.shape.length > 1) return undefined;
  const axis = source.attributes.get('axis');
  const along = typeof axis === 'number' ? axis : 1;
  return centred(
    x,
    Array.from(scale.data, Math.fround),
    Array.from(zero?.data ?? []),
    along < 0 ? along + x.shape.length : along,
  );
}

function centred(
  tensor: Tensor,
  scale: readonly number[],
  zeroPoint: readonly number[],
  axis: number,
): ConstantSteps | undefined {
  if (scale.length > 1 && tensor.shape[axis] !== scale.length) return undefined;
  const [, size, inner] = around(tensor.shape, axis);
  const zeroAt = (i: number): number =>
    (zeroPoint.length > 1 ? zeroPoint[Math.floor(i / inner) % size] : zeroPoint[0]) ?? 0;
  const data = Float32Array.from(tensor.data, (q, i) => q - zeroAt(i));
  return { tensor: { type: 'float32', shape: tensor.shape, data }, scale, axis };
}

const writers = new WeakMap<Model, ReadonlyMap<string, ModelNode>>();
function writerOf(model: Model): ReadonlyMap<string, ModelNode> {
  let found = writers.get(model);
  if (!found) {
    found = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    writers.set(model, found);
  }
  return found;
}
