// One node with what is known of its operands: how a kind of node reads attributes, shapes and constants, and how it refuses.
import { cast, type Tensor } from './tensor.ts';
import { ModelError, nodeLabel, type DataType, type ModelNode, type AffineQuantization } from './model.ts';

/** What is known of a value before the net runs; `tensor` where it is a constant. */
export interface Known {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly tensor?: Tensor;
  readonly quantization?: AffineQuantization;
}

/** What a kind of node means: shapes and types of its results, and their values. */
export interface Kind {
  /** Results in the order of the node's outputs; throws through {@link Call.fail} where the node makes no sense. */
  infer(call: Call): readonly Known[];
  /** Fills `outs` (zeros of the inferred shapes). Every operand is a tensor here. Absent: shapes are known, values are not computed. */
  run?(call: Call, outs: readonly Tensor[]): void;
}

/** The node is sound, but not followed here: its meaning is not known, or its shape depends on values that only exist while the net runs. */
export class NotFollowed extends Error {}

export class Call {
  constructor(
    readonly node: ModelNode,
    readonly opset: number,
    readonly operands: readonly (Known | undefined)[],
    /** Declared quantisation and type of each result (TFLite). */
    readonly results: readonly (AffineQuantization | undefined)[] = [],
    private readonly resultTypes: readonly (DataType | undefined)[] = [],
  ) {}

  fail(what: string): never {
    throw new ModelError(`${nodeLabel(this.node)} ${what}.`);
  }

  /** For what is allowed but has no meaning here: the node is listed instead of refused. `why` continues the sentence that names it. */
  skip(why: string): never {
    throw new NotFollowed(why);
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  known(index: number): Known {
    const known = this.operands[index];
    if (known) return known;
    if (this.has(index)) this.skip(`reads operand ${index}, whose shape is not known`);
    return this.fail(`lacks its operand ${index}`);
  }

  shape(index: number): readonly number[] {
    return this.known(index).shape;
  }

  type(index: number): DataType {
    return this.known(index).type;
  }

  /** The type that the file declares for result `index`. */
  resultType(index: number): DataType | undefined {
    return this.resultTypes[index];
  }

  /** Values of an operand that is a constant (or, while the net runs, computed already). */
  tensor(index: number): Tensor {
    const { tensor } = this.known(index);
    if (!tensor) this.skip(`needs operand ${index} before the net runs`);
    return tensor;
  }

  /** Operand `index` as float32 or wider. */
  float(index: number): Tensor {
    const tensor = this.tensor(index);
    return tensor.type === 'float64' ? tensor : cast(tensor, 'float32');
  }

  /** Integers of a constant operand (axes, sizes, pads), at most 4,096 of them. */
  constants(index: number): number[] {
    const { data } = this.tensor(index);
    if (data.length > 4096) this.fail(`has ${data.length} numbers in operand ${index}, where a few are meant`);
    return Array.from(data);
  }

  number(name: string, otherwise: number): number {
    const value = this.node.attributes.get(name);
    if (value === undefined) return otherwise;
    return typeof value === 'number' ? value : this.fail(`has an attribute ${name} that is no number`);
  }

  /** Attribute list of numbers, or undefined where it is absent. */
  list(name: string): readonly number[] | undefined {
    const value = this.node.attributes.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number') return [value];
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
    return this.fail(`has an attribute ${name} that is no list of numbers`);
  }

  text(name: string, otherwise: string): string {
    const value = this.node.attributes.get(name);
    if (value === undefined) return otherwise;
    return typeof value === 'string' ? value : this.fail(`has an attribute ${name} that is no text`);
  }

  /** An axis counted from the end where negative. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) this.fail(`names axis ${value} of ${rank} axes`);
    return axis;
  }

  /** Distinct axes, each counted from the end where negative. */
  axes(values: readonly number[], rank: number): number[] {
    const axes = values.map((value) => this.axis(value, rank));
    if (new Set(axes).size !== axes.length) this.fail(`names an axis twice in [${values.join(', ')}]`);
    return axes;
  }

  /** Like operand `index`, with another shape or type. */
  like(index: number, shape: readonly number[] = this.shape(index), type: DataType = this.type(index)): Known {
    return { type, shape };
  }
}
