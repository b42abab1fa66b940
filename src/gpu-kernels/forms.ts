// What an op says of itself outside of this engine: its ONNX nodes, its PyTorch words, its box in a drawing. Contracts only.
import type { Shape } from './shape.ts';

export type OnnxAttribute =
  number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] };

/** Collects ONNX nodes and constants. Every method but `constant` names what it adds itself, and returns that name. */
export interface OnnxWriter {
  /** Adds a node with one output. Numbers and lists of them are written as int(s); floats are marked. */
  add(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    output?: string,
  ): string;
  /** A name that nothing has yet. */
  fresh(hint: string): string;
  /** A constant; the same name is stored once. */
  constant(name: string, shape: Shape, data: Float32Array | Uint8Array | Uint16Array): string;
  scalar(value: number): string;
  /** A constant list of integers (axes, shapes, starts). */
  integers(values: readonly number[]): string;
  reshape(input: string, shape: readonly number[], output?: string): string;
  transpose(input: string, perm: readonly number[], output?: string): string;
  /** Elements `[start, end)` of one axis. */
  slice(input: string, axis: number, start: number, end: number, step?: number, output?: string): string;
  /** A map or tokens → tokens `[N, T, C]`. */
  tokens(input: string, shape: Shape): string;
}

/** One node as its ONNX form sees it. Shapes are in our layout; the values behind `inputs` and `output` are channel-first. */
export interface OnnxContext<A = unknown> {
  readonly builder: OnnxWriter;
  readonly id: string;
  readonly attrs: A;
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  /** Name that the result must have. */
  readonly output: string;
  readonly outputShape: Shape;
  /** Op role → state-dict name. */
  readonly params: Readonly<Record<string, string>>;
  /** Values of a parameter, or undefined when the node has no such role. */
  readonly values: (role: string) => Float32Array | undefined;
  /** Exports a parameter under its state-dict name and returns the name. */
  readonly param: (role: string, shape?: Shape) => string;
}

export interface OnnxForm<A = unknown> {
  /** Adds the op's nodes (opset 20). Throws Error where an attribute has no ONNX form. */
  write(context: OnnxContext<A>): void;
}

/** Python definitions that come with the code (graph/formats/pytorch/helpers.ts) where torch has no function of that meaning. */
export type PytorchHelper =
  'EvoNormB0' | 'EvoNormS0' | 'blur' | 'heads' | 'attend' | 'relative_index' | 'performer' | 'sinusoid' | 'log_mel';

/** One node as its PyTorch form sees it. PyTorch's maps are `[N, C, H, W]`; tokens `[N, T, C]` and vectors `[N, C]` are as here. */
export interface PytorchNode<A = unknown> {
  readonly attrs: A;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** Role → path of the parameter. */
  readonly params: Readonly<Record<string, string>>;
  /** The expression of an input. */
  x(index?: number): string;
  /** The expression that reaches a module or parameter. */
  at(path: string): string;
  /** Asks for a helper definition and gives its name. */
  use(helper: PytorchHelper): string;
}

export interface PytorchForm<A = unknown> {
  /** Path → constructor call of what the op owns. */
  leaves?(node: PytorchNode<A>): readonly (readonly [path: string, call: string])[];
  expression(node: PytorchNode<A>): string;
  /**
   * `inside`: the expression is closed, so it may stand in brackets of the next statement. `around`: it reads its input once, in
   * brackets of its own. Absent: it stands on a line of its own.
   */
  readonly nests?: 'inside' | 'around' | 'both';
}

export type BoxKind = 'dense' | 'depthwise' | 'pointwise' | 'gate' | 'attention' | 'pool' | 'move';

/** How an op stands in a small drawing of its block. */
export interface Box {
  readonly kind: BoxKind;
  readonly label: string;
  /** For people who do not see it. */
  readonly words: string;
}

/** What one output element sees of its input along one axis: a window and the distance to the neighbour's, or everything. */
export interface WindowAxis {
  readonly kernel: number | 'all';
  readonly stride: number | 'all';
}
