// The graph under construction while a model file is converted: our nodes, and where each value of the file stands among them.
import * as v from 'valibot';
import { elements, ShapeError, type Shape } from '../../../gpu-kernels/op.ts';
import { ops, type OpName } from '../../../gpu-kernels/ops/index.ts';
import { ModelError, quoted } from '../model/model.ts';
import { stridesOf, type Tensor } from '../model/tensor.ts';

/** A node before names and costs; `params` hold its tensors by role. */
export interface Draft {
  readonly id: string;
  op: OpName;
  attrs: unknown;
  inputs: readonly string[];
  params: Readonly<Record<string, Float32Array>>;
  shape: Shape;
  /** Place in the file's own order of the node that this one computes a part of; −1 for inputs. */
  readonly from: number;
}

/**
 * A value of the file: node `id` holds it with its axes in another order. Axis k of the node is axis `order[k]` of the file, so that
 * channel-first maps are our channel-last ones and a transpose of the file moves nothing. `shape` is the file's.
 */
export interface Val {
  readonly id: string;
  readonly order: readonly number[];
  readonly shape: Shape;
  /** The real value is the node times this, or times one factor for each slice of the node's last axis. Absent: the node itself. */
  readonly scale?: number | Float32Array | undefined;
  /** The value is an integer of the file, which is the node plus this. */
  readonly zero?: number | undefined;
  /** Bounds of the real value that are still to be applied. */
  readonly bounds?: readonly [number, number] | undefined;
}

/** What a node does that no op of ours says; `message` ends a sentence that begins with the node. */
export class Unfit extends Error {}

/** A constant that conversion makes up, of a size that the file states: more than 2²⁴ numbers are refused. */
export function madeUp(count: number): Float32Array<ArrayBuffer> {
  if (!(count <= 2 ** 24)) throw new Unfit(`asks for a constant of ${count} numbers, more than are made here`);
  return new Float32Array(count);
}

export const straight = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);
/** Axes of a map with the channel (axis 1 of the file) last. */
export const channelLast = (rank: number): number[] => (rank < 3 ? straight(rank) : [0, ...straight(rank).slice(2), 1]);
export const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
/** Shape of the node that holds a value: a number has one element. */
export const nodeShape = (order: readonly number[], shape: Shape): Shape =>
  order.length === 0 ? [1] : order.map((axis) => shape[axis]!);

export class Emitter {
  readonly drafts: Draft[] = [];
  readonly values = new Map<string, Val>();
  /** Transposes that move data: what the layouts of the file cost. */
  transposes = 0;
  /** Values as real numbers, once they were needed. */
  readonly reals = new WeakMap<Val, Val>();
  private readonly byId = new Map<string, Draft>();
  private readonly turned = new Map<string, string>();
  private from = -1;
  private base = '';

  /** New nodes belong to node `from` of the file and are called after it. */
  begin(from: number, base: string): void {
    this.from = from;
    this.base = base;
  }

  private fresh(hint: string): string {
    const name = hint === '' ? this.base : `${this.base}:${hint}`;
    let id = name;
    for (let n = 2; this.byId.has(id); n++) id = `${name}~${n}`;
    return id;
  }

  shapeOf(id: string): Shape {
    return this.byId.get(id)!.shape;
  }

  /** Adds a node; `hint` tells it from the others of the same file node. Throws {@link Unfit} where attributes or shapes do not fit. */
  add(
    op: OpName,
    attrs: unknown,
    inputs: readonly string[],
    params: Readonly<Record<string, Float32Array>> = {},
    hint = '',
  ): string {
    const parsed = v.safeParse(ops[op].attrs, attrs);
    if (!parsed.success) throw new Unfit(`does not fit ${op}: ${parsed.issues[0].message}`);
    const shapes = inputs.map((id) => this.shapeOf(id));
    let shape: Shape;
    try {
      shape = ops[op].shape(shapes, parsed.output);
    } catch (error) {
      if (error instanceof ShapeError) throw new Unfit(`does not fit ${op}: ${error.message}`);
      throw error;
    }
    const specs = ops[op].params?.(shapes, parsed.output) ?? {};
    for (const [role, spec] of Object.entries(specs))
      if (params[role]?.length !== elements(spec.shape))
        throw new Unfit(`has ${params[role]?.length ?? 0} values as ${role}, where ${elements(spec.shape)} are meant`);
    const draft: Draft = { id: this.fresh(hint), op, attrs: parsed.output, inputs, params, shape, from: this.from };
    this.drafts.push(draft);
    this.byId.set(draft.id, draft);
    return draft.id;
  }

  /** The value's node with its axes in `order`: itself, a reshape where only sizes of 1 change place, or a transpose. */
  inOrder(val: Val, order: readonly number[]): string {
    if (same(val.order, order)) return val.id;
    const key = `${val.id}>${val.order.join()}>${order.join()}`;
    const known = this.turned.get(key);
    if (known !== undefined) return known;
    const wide = (axes: readonly number[]): number[] => axes.filter((axis) => val.shape[axis] !== 1);
    let id: string;
    if (same(wide(val.order), wide(order))) id = this.shaped(val.id, nodeShape(order, val.shape));
    else {
      this.transposes++;
      id = this.add('transpose', { perm: order.map((axis) => val.order.indexOf(axis)) }, [val.id], {}, 'transposed');
    }
    this.turned.set(key, id);
    return id;
  }

  /** The same elements in row-major order under another shape. */
  shaped(id: string, shape: Shape, hint = 'reshaped'): string {
    return same(this.shapeOf(id), shape) ? id : this.add('reshape', { to: 'shape', shape }, [id], {}, hint);
  }

  /** Row-major in the file's own order of axes. */
  plain(val: Val): string {
    return this.inOrder(val, straight(val.shape.length));
  }

  /** A value whose node holds it in the file's own order. */
  val(id: string, shape: Shape, order: readonly number[] = straight(shape.length)): Val {
    return { id, order, shape };
  }

  /** A constant as a value of its own, its axes in `order`. */
  constant(tensor: Tensor, order: readonly number[] = straight(tensor.shape.length)): Val {
    const data = permuted(tensor, order);
    const id = this.add('constant', { shape: nodeShape(order, tensor.shape) }, [], { value: data }, 'constant');
    return { id, order, shape: tensor.shape };
  }
}

/** Values of a tensor as float32 with axes in another order. */
export function permuted({ data, shape }: Tensor, order: readonly number[]): Float32Array {
  if (same(order, straight(order.length))) return Float32Array.from(data);
  const strides = stridesOf(shape);
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  let offsets = Float64Array.of(0);
  sizes.forEach((size, k) => {
    const next = new Float64Array(offsets.length * size);
    for (let i = 0; i < offsets.length; i++)
      for (let j = 0; j < size; j++) next[i * size + j] = offsets[i]! + j * steps[k]!;
    offsets = next;
  });
  return Float32Array.from(offsets, (at) => data[at]!);
}

/** The node that is fed with a value: inputs have two to four axes, the first of them the batch. Throws {@link ModelError} for what no net has. */
export function fedNode(e: Emitter, name: string, shape: Shape): string {
  const inner = shape.slice(1, -1);
  const own =
    shape.length < 2 ? [1, shape[0] ?? 1] : shape.length < 5 ? shape : [shape[0]!, elements(inner), shape.at(-1)!];
  try {
    return e.add('input', { shape: own }, []);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    throw new ModelError(`Its input ${quoted(name)} has the shape [${shape.join(', ')}], which ${error.message}.`);
  }
}
