// Collects ONNX nodes and constants while a graph is exported, for the forms that the ops write.
import type { OnnxAttribute, OnnxWriter } from '../../../gpu-kernels/forms.ts';
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import { olderForms } from './older-forms.ts';
import { onnxOpsets } from './opsets.ts';
import type { OnnxNode, OnnxTensor } from './proto.ts';

export class OnnxBuilder implements OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  /** The one that was asked for; quantized to 16 bits is what 21 brought. */
  opset: number;
  /** What is asked for → its name in the file. */
  readonly #constants = new Map<string, string>();
  readonly #taken: Set<string>;
  #count = 0;

  /** `taken`: names that the net's own values have, which nothing made here may get. */
  constructor(taken: Iterable<string> = [], opset: number = onnxOpsets.newest) {
    this.#taken = new Set(taken);
    this.opset = opset;
  }

  /** Adds a node with one output and returns the output's name (`output`, or a fresh one). */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = this.fresh(op),
  ): string {
    const { since = 0, write } = olderForms[op] ?? {};
    if (write && this.opset < since) return write(this, inputs, attributes, output);
    return this.node(op, inputs, attributes, output);
  }
  /** The node as it stands, whatever the opset. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    output: string,
  ): string {
    this.nodes.push({ op, inputs, outputs: [output], name: output, attributes });
    return output;
  }
  fresh(hint: string): string {
    let name: string;
    do name = `${hint}_${this.#count++}`;
    while (this.#taken.has(name));
    this.#taken.add(name);
    return name;
  }
  /** A constant; the same name is stored once, under another one where a value of the net is called so. */
  constant(name: string, shape: Shape, data: OnnxTensor['data']): string {
    if (data.length !== elements(shape))
      throw new Error(`constant ${name} has ${data.length} elements, its shape ${shape.join('×')}`);
    if (data instanceof Uint16Array) {
      if (this.opset < onnxOpsets.newest) throw new Error('steps of 16 bits need the newest operator set');
      this.opset = 21;
    }
    return this.#once(name, shape, () => data);
  }
  #once(asked: string, shape: Shape, data: () => OnnxTensor['data']): string {
    const known = this.#constants.get(asked);
    if (known !== undefined) return known;
    let name = asked;
    for (let n = 1; this.#taken.has(name); n++) name = n === 1 ? `${asked}.value` : `${asked}.value${n}`;
    this.#taken.add(name);
    this.#constants.set(asked, name);
    this.initializers.push({ name, shape, data: data() });
    return name;
  }
  scalar(value: number): string {
    return this.constant(`scalar ${value}`, [], Float32Array.of(value));
  }
  /** A constant list of integers (axes, shapes, starts). */
  integers(values: readonly number[]): string {
    const data = (): BigInt64Array => BigInt64Array.from(values, (value) => BigInt(value));
    return this.#once(`integers ${values.join(' ')}`, [values.length], data);
  }
  /** The numbers of a constant list that {@link integers} named. */
  numbersOf(name: string): readonly number[] {
    const data = this.initializers.find((tensor) => tensor.name === name)?.data;
    if (!(data instanceof BigInt64Array)) throw new Error(`"${name}" is no list of integers`);
    return Array.from(data, Number);
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
