// Collects ONNX nodes and constants while a graph is exported, for the forms that the ops write.
import type { OnnxAttribute, OnnxWriter } from '../../../gpu-kernels/forms.ts';
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import type { OnnxNode, OnnxTensor } from './proto.ts';

export class OnnxBuilder implements OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #constants = new Set<string>();
  #count = 0;

  /** Adds a node with one output and returns the output's name (`output`, or a fresh one). */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = this.fresh(op),
  ): string {
    this.nodes.push({ op, inputs, outputs: [output], name: output, attributes });
    return output;
  }
  fresh(hint: string): string {
    return `${hint}_${this.#count++}`;
  }
  /** A float constant; the same name is stored once. */
  constant(name: string, shape: Shape, data: Float32Array): string {
    if (data.length !== elements(shape))
      throw new Error(`constant ${name} has ${data.length} elements, its shape ${shape.join('×')}`);
    if (!this.#constants.has(name)) {
      this.#constants.add(name);
      this.initializers.push({ name, shape, data });
    }
    return name;
  }
  scalar(value: number): string {
    return this.constant(`scalar ${value}`, [], Float32Array.of(value));
  }
  /** A constant list of integers (axes, shapes, starts). */
  integers(values: readonly number[]): string {
    const name = `integers ${values.join(' ')}`;
    if (!this.#constants.has(name)) {
      this.#constants.add(name);
      this.initializers.push({
        name,
        shape: [values.length],
        data: BigInt64Array.from(values, (value) => BigInt(value)),
      });
    }
    return name;
  }
  reshape(input: string, shape: readonly number[], output?: string): string {
    return this.add('Reshape', [input, this.integers(shape)], {}, output ?? this.fresh('Reshape'));
  }
  transpose(input: string, perm: readonly number[], output?: string): string {
    return this.add('Transpose', [input], { perm }, output ?? this.fresh('Transpose'));
  }
  /** Elements `[start, end)` of one axis. */
  slice(input: string, axis: number, start: number, end: number, step = 1, output?: string): string {
    const parts = [start, end, axis, step].map((value) => this.integers([value]));
    return this.add('Slice', [input, ...parts], {}, output ?? this.fresh('Slice'));
  }
  /** A map or tokens → tokens `[N, T, C]`. */
  tokens(input: string, shape: Shape): string {
    if (shape.length === 3) return input;
    const [batch, height, width, channels] = shape as readonly [number, number, number, number];
    return this.transpose(this.reshape(input, [batch, channels, height * width]), [0, 2, 1]);
  }
}
