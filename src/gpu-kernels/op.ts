// What every operator must say about itself: attributes, shape rule, parameters, cost and its meaning on the CPU.
import type { GenericSchema } from 'valibot';
import type { Box, OnnxForm, PytorchForm, WindowAxis } from './forms.ts';
import type { Shape } from './shape.ts';

export { elements, type Shape } from './shape.ts';

/** A parameter tensor as a checkpoint stores it (convolutions OIHW, linear layers `[out, in]`). */
export interface ParamSpec {
  readonly shape: Shape;
  /**
   * Counts as a parameter. False for running statistics: stored in checkpoints, not counted. (T2T-ViT's sinusoid table and random
   * features are frozen but counted, as its authors count them.)
   */
  readonly trainable: boolean;
}

/** Which total a node's multiply-accumulates belong to; the three are reported apart. */
export type MacKind = 'conv' | 'linear' | 'attention' | 'none';

/** Types of the variable that a `pointwise` expression is spliced on. */
export type WgslFloat = 'f32' | 'vec4f';

export interface Signature<A> {
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly attrs: A;
}

export interface Op<A = unknown, N extends string = string> {
  readonly name: N;
  /** One sentence for the documentation row. */
  readonly doc: string;
  /** Validates raw attributes; also the source of the inspector's form. */
  readonly attrs: GenericSchema<unknown, A>;
  /** Output shape. Throws {@link ShapeError} with a sentence for the user. */
  shape(inputs: readonly Shape[], attrs: A): Shape;
  /** Role → tensor, for example `{ weight, bias }`. Roles become state-dict names in the graph. */
  params?(inputs: readonly Shape[], attrs: A): Readonly<Record<string, ParamSpec>>;
  readonly macKind: MacKind;
  /** Multiply-accumulates for the whole batch. Element-wise work counts 0, as in timm and fvcore. */
  macs(inputs: readonly Shape[], attrs: A): number;
  /** Present where the work belongs to several totals (talking heads are convolutions): adds up to `macs`. See {@link macsByKind}. */
  macsByKind?(inputs: readonly Shape[], attrs: A): Readonly<Partial<Record<MacKind, number>>>;
  /** The living definition: float64 accumulation, float32 result, same layout as `signature.output`. */
  reference(
    inputs: readonly Float32Array[],
    params: Readonly<Record<string, Float32Array>>,
    signature: Signature<A>,
  ): Float32Array;
  /**
   * WGSL expression of an element-wise op on `x`, the name of a variable of `type` (default vec4f); it may name `x` several times.
   * Needs no helper function. Present: may ride as an epilogue.
   */
  pointwise?(x: string, attrs: A, type?: WgslFloat): string;

  readonly onnx: OnnxForm<NoInfer<A>>;
  readonly pytorch: PytorchForm<NoInfer<A>>;
  /** What an output element sees of its first input along rows and columns. Absent: the element at its own place. */
  window?(attrs: A, input: Shape, output: Shape): readonly [rows: WindowAxis, columns: WindowAxis];
  /** Elements written, by the kind of work, for the count of activations. Absent: the output, where there are multiply-accumulates. */
  activations?(inputs: readonly Shape[], output: Shape, attrs: A): Readonly<Partial<Record<MacKind, number>>>;
  /** Its box in a drawing of the block's structure. Absent: left out, as norms, activations and factors are. */
  box?(attrs: A, input: Shape): Box | undefined;

  /** The output is the input under another shape: nothing moves. */
  readonly alias?: true;
  /** Joins two values element by element; a smaller one is repeated. */
  readonly sign?: '+' | '−' | '×';
  /** A non-linearity: behind the first of them a net's values look like something. */
  readonly activates?: true;
  /** Values lie between 0 and 1, so that the op can gate others. */
  readonly gate?: true;
  /** The op is min(max(x, 0), clamp): integer products have it for nothing. */
  readonly clamp?: number;
}

/** Multiply-accumulates of one node, split into the totals they belong to. */
export function macsByKind<A>(
  op: Op<A>,
  inputs: readonly Shape[],
  attrs: A,
): Readonly<Partial<Record<MacKind, number>>> {
  return op.macsByKind?.(inputs, attrs) ?? { [op.macKind]: op.macs(inputs, attrs) };
}

/** A shape rule that cannot be met. `fix` is a suggested replacement in words the user can act on. */
export class ShapeError extends Error {
  constructor(
    message: string,
    readonly fix?: string,
  ) {
    super(message);
    this.name = 'ShapeError';
  }
}

/** An op that is an expression of one element, and so needs no lowering of its own. */
export type PointwiseOp<A = unknown, N extends string = string> = Op<A, N> & Required<Pick<Op<A, N>, 'pointwise'>>;

/** Typed identity: lets an op file infer `A` from its schema and keeps the name as a type. */
export const defineOp = <A, const N extends string>(op: Op<A, N>): Op<A, N> => op;
export const definePointwise = <A, const N extends string>(op: PointwiseOp<A, N>): PointwiseOp<A, N> => op;
