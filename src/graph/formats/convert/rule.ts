// What a conversion rule is given: one node of the file with its operands as values, constants and shapes.
import type { Call, Kind } from '../model/call.ts';
import { isFloatType, type Tensor } from '../model/tensor.ts';
import { Unfit, nodeShape, type Emitter, type Val } from './emitter.ts';
import { moved } from './moves.ts';

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
  ) {}

  fail(what: string): never {
    throw new Unfit(what);
  }

  /** A computed operand. */
  x(index = 0): Val {
    const val = this.e.values.get(this.call.node.inputs[index] ?? '');
    return val ?? this.fail(`reads operand ${index}, which is not computed from the input`);
  }

  /** An operand as a value, constant or not. */
  operand(index: number): Val {
    return this.e.operand(this.call, index, this.constant);
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

  /** The operand where the result is a float, too. */
  floating(): Val {
    const [info] = this.kind.infer(this.call);
    if (!info || !isFloatType(info.type))
      return this.fail(`makes ${info?.type ?? 'integers'} of what is computed in floats`);
    return this.x(0);
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

  /** A resize to whole pixels: nearest by our own rule where it is the node's, else by the node's own. */
  nearest(x: Val): Val {
    return moved(this.e, this.kind, this.call, 0, x)[0]!;
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
