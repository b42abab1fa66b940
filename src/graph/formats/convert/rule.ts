// What a conversion rule is given: one node of the file with its operands as values, constants and shapes.
import type { Call, Kind } from '../model/call.ts';
import type { Tensor } from '../model/tensor.ts';
import { Unfit, nodeShape, type Emitter, type Val } from './emitter.ts';
import { keeping, realOf } from './integers.ts';
import { joined, moved } from './moves.ts';

/** A constant that the file stores as integers: each less its zero point, in the file's order. */
export interface ConstantSteps {
  readonly tensor: Tensor;
  readonly scale: readonly number[];
  /** Of the slices that have scales of their own. */
  readonly axis: number;
}

/** Adds the node's ops and returns its results in order. Throws {@link Unfit} where no op says what the node does. */
export type Rule = (context: Context) => readonly Val[];

export class Context {
  constructor(
    readonly e: Emitter,
    readonly call: Call,
    /** The node's meaning on the CPU. */
    readonly kind: Kind,
    /** A constant operand as real numbers. */
    readonly constant: (index: number) => Tensor | undefined,
    private readonly results: readonly (readonly number[] | undefined)[],
    /** A constant operand as integers, where the file has it so. */
    readonly integers: (index: number) => ConstantSteps | undefined,
  ) {}

  fail(what: string): never {
    throw new Unfit(what);
  }

  /** A computed operand as it lies: integers less their zero point, with a scale that is still to be applied. */
  lying(index = 0): Val {
    const val = this.e.values.get(this.call.node.inputs[index] ?? '');
    return val ?? this.fail(`reads operand ${index}, which is not computed from the input`);
  }

  /** A computed operand. */
  x(index = 0): Val {
    return realOf(this.e, this.lying(index));
  }

  /** An operand as a value, constant or not. */
  operand(index: number): Val {
    if (this.e.values.has(this.call.node.inputs[index] ?? '')) return this.x(index);
    const tensor = this.constant(index) ?? this.fail(`reads operand ${index}, which is not converted`);
    return this.e.constant(tensor);
  }

  /** What only moves elements of operand `index`, whose steps stay. */
  keeping(index: number, move: (bare: Val) => readonly Val[]): Val[] {
    return keeping(this.e, this.lying(index), move);
  }

  /** Sums and means of operand `index`: its scale is applied when they are needed. */
  linear(index: number, sum: (bare: Val) => Val): Val[] {
    return keeping(this.e, this.lying(index), (bare) => [sum(bare)], true);
  }

  /** All operands one after another, as they lie where their steps are the same. */
  joined(axis: number): Val {
    const { inputs } = this.call.node;
    const lying = inputs.map((name) => this.e.values.get(name));
    const [first] = lying;
    const bare = lying.flatMap((val) => {
      const same = val && !val.bounds && val.scale === first?.scale && val.zero === first?.zero;
      return same && typeof val.scale !== 'object' ? [{ id: val.id, order: val.order, shape: val.shape }] : [];
    });
    if (bare.length === inputs.length) return { ...joined(this.e, bare, axis), scale: first?.scale, zero: first?.zero };
    return joined(
      this.e,
      inputs.map((_, i) => this.operand(i)),
      axis,
    );
  }

  /** Values of a constant operand in the file's order. */
  vector(index: number): Float32Array {
    const tensor = this.constant(index) ?? this.fail(`has a computed operand ${index}, where a constant is meant`);
    return tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
  }

  /** Shape of a result. */
  shape(index: number): readonly number[] {
    return this.results[index] ?? this.fail('has a result of unknown shape');
  }

  padded(x: Val, before: readonly number[], shape: readonly number[], mode: string, value: number): Val {
    const after = shape.map((size, axis) => size - x.shape[axis]! - before[axis]!);
    const known = mode === 'constant' || mode === 'reflect' || mode === 'edge';
    if (!known || [...before, ...after].some((size) => size < 0)) return moved(this.e, this.kind, this.call, 0, x)[0]!;
    const attrs = {
      before: x.order.map((axis) => before[axis]!),
      after: x.order.map((axis) => after[axis]!),
      mode,
      value,
    };
    return { id: this.e.add('pad', attrs, [x.id]), order: x.order, shape };
  }

  /** Bilinear between rows and columns; `order` is the map's with the channel last. */
  bilinear(x: Val, order: readonly number[], shape: readonly number[], coordinates: string): Val {
    const alignCorners = coordinates === 'align_corners';
    if (!alignCorners && coordinates !== 'half_pixel' && coordinates !== 'pytorch_half_pixel')
      return this.fail(`resizes by the rule "${coordinates}"`);
    const size = nodeShape(order, shape);
    if (x.shape.length !== 4 || size[0] !== x.shape[order[0]!] || size[3] !== x.shape[order[3]!])
      return this.fail('resizes other axes than rows and columns');
    const attrs = { size: [size[1], size[2]], mode: 'bilinear', alignCorners };
    return { id: this.e.add('resize', attrs, [this.e.inOrder(x, order)]), order: [...order], shape };
  }
}
