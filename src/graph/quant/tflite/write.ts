// A quantized net as TFLite in int8 with a scale for each output channel: what LiteRT and small boards run in integers.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { Step } from '../../../gpu-kernels/families/index.ts';
import type { Value } from '../../../gpu-kernels/step.ts';
import { tfliteForms } from '../../formats/tflite/export.ts';
import { TfliteWriter, type Int8Scale } from '../../formats/tflite/writer.ts';
import type { GraphNode } from '../../ir/graph.ts';
import { firstOutput, sameShape } from '../../lower/steps.ts';
import { constantName } from '../fold.ts';
import { isProduct } from '../layers.ts';
import { isInteger, type QuantizedNet } from '../quantize.ts';
import { elementwise, joined, meaned, pooled } from './layers.ts';
import { product } from './product.ts';
import type { Int8Site } from './site.ts';

interface Placed {
  readonly index: number;
  readonly shape: Shape;
}

/** What a family of steps calls the parameters of an op. */
const rolesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  prelu: { weight: 'slope' },
  layer_norm: { weight: 'gamma', bias: 'beta' },
  layer_scale: { gamma: 'scale' },
};

class Int8Export implements Int8Site {
  readonly w = new TfliteWriter();
  private readonly asBytes = new Map<string, Placed>();
  private readonly asFloats = new Map<string, Placed>();
  private fresh = 0;

  constructor(readonly net: QuantizedNet) {}

  /** TFLite's bytes are signed: ours less 128. */
  steps(id: string): Int8Scale {
    const found = this.net.quantizations.get(id);
    if (!found) throw new Error(`the net has no scale for "${id}"`);
    return { scale: [found.scale], zero: found.zero - 128 };
  }

  between(id: string, shape: Shape, steps?: Int8Scale): number {
    return this.w.value(`${id}/${this.fresh++}`, shape, steps);
  }

  private shaped(id: string, { index, shape }: Placed, wanted: Shape, steps?: Int8Scale): number {
    if (sameShape(shape, wanted)) return index;
    const operands = [index, this.w.integers(wanted)];
    return this.w.add('RESHAPE', operands, this.between(id, wanted, steps), { new_shape: wanted });
  }

  bytes({ id, shape }: Pick<Value, 'id' | 'shape'>, wanted = shape): number {
    const steps = this.steps(id);
    let found = this.asBytes.get(id);
    if (!found) {
      const given = this.asFloats.get(id) as Placed;
      found = { ...given, index: this.w.add('QUANTIZE', [given.index], this.between(id, given.shape, steps)) };
      this.asBytes.set(id, found);
    }
    return this.shaped(id, found, wanted, steps);
  }

  floats({ id, shape }: Pick<Value, 'id' | 'shape'>, wanted = shape): number {
    let found = this.asFloats.get(id);
    if (!found) {
      const given = this.asBytes.get(id) as Placed;
      found = { ...given, index: this.w.add('DEQUANTIZE', [given.index], this.between(id, given.shape)) };
      this.asFloats.set(id, found);
    }
    return this.shaped(id, found, wanted);
  }

  private integer(step: Step, output: number): void {
    if (isProduct(step)) product(this, step, output, true);
    else if (step.family === 'mean') meaned(this, step, output);
    else if (step.family === 'pool') pooled(this, step, output);
    else if (step.family === 'concat') joined(this, step, output);
    else elementwise(this, step, output);
  }

  /** A layer that stays float, as its node's own operators. */
  private float(step: Step, output: number): void {
    if (isProduct(step)) return product(this, step, output, false);
    const node = this.net.graph.nodes.find(({ id }) => id === step.from[0]) as GraphNode;
    const form = tfliteForms[node.op];
    if (!form) throw new Error(`"${node.id}" is of the kind ${node.op}, which has no TFLite form here`);
    const made = this.net.graph.facts.get(node.id)?.shape as Shape;
    const { shape } = firstOutput(step);
    const same = sameShape(made, shape);
    const result = same ? output : this.between(node.id, made);
    form({
      w: this.w,
      id: node.id,
      attrs: node.attrs as never,
      inputs: step.inputs.map((value) => this.floats(value)),
      shapes: step.inputs.map((value) => value.shape),
      output: result,
      shape: made,
      param: (role) => this.parameter(step, node, role),
      between: (own) => this.between(node.id, own),
    });
    if (!same) this.w.add('RESHAPE', [result, this.w.integers(shape)], output, { new_shape: shape });
  }

  private parameter(step: Step, node: GraphNode, role: string): Float32Array | undefined {
    if (node.params[role] === undefined) return undefined;
    const found = this.net.constants.get(constantName(step, rolesOf[node.op]?.[role] ?? role));
    if (!(found instanceof Float32Array))
      throw new Error(`"${node.id}": ${node.op} has constants, which have no TFLite form here`);
    return found;
  }

  file(metadata: Readonly<Record<string, string>>): Uint8Array {
    const { program, graph } = this.net;
    const inputs = program.inputs.map(({ node, value }) => {
      const index = this.w.value(node, value.shape);
      this.asFloats.set(value.id, { index, shape: value.shape });
      return index;
    });
    const ends = new Set(program.outputs.map(({ node }) => node));
    for (const step of program.steps) {
      const { id, shape } = firstOutput(step);
      const integer = isInteger(this.net, step);
      // An output's name belongs to its real numbers.
      const index = this.w.value(
        integer && ends.has(id) ? `${id}.int8` : id,
        shape,
        integer ? this.steps(id) : undefined,
      );
      if (integer) this.integer(step, index);
      else this.float(step, index);
      (integer ? this.asBytes : this.asFloats).set(id, { index, shape });
    }
    const outputs = program.outputs.map(({ node, value }) => {
      const shape = graph.facts.get(node)?.shape as Shape;
      const made = this.asBytes.get(value.id);
      if (!made) return this.floats(value, shape);
      const steps = this.steps(value.id);
      return this.w.add('DEQUANTIZE', [this.shaped(value.id, made, shape, steps)], this.w.value(node, shape));
    });
    return this.w.encode(graph.name, inputs, outputs, metadata);
  }
}

/**
 * The net as a `.tflite` file with float inputs and outputs; `metadata` becomes the file's. Throws Error naming a layer that has no form in it
 * (attention, and float layers with constants of their own).
 */
export const exportInt8Tflite = (net: QuantizedNet, metadata: Readonly<Record<string, string>> = {}): Uint8Array =>
  new Int8Export(net).file(metadata);
