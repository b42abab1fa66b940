// The op graph that everything below the notation works on: plain data, topologically ordered, named like a checkpoint.
import type { MacKind, Shape } from '../../gpu-kernels/op.ts';
import type { OpName } from '../../gpu-kernels/ops/index.ts';

export interface GraphNode {
  /** Unique and stable: the module path of the reference implementation (`blocks.1.0.conv_dw`), or a path below it. */
  readonly id: string;
  /** Key of the op registry. */
  readonly op: OpName;
  readonly attrs: unknown;
  /** Ids of the nodes whose outputs this one reads, in the op's order. */
  readonly inputs: readonly string[];
  /** Op role → state-dict name (`weight` → `blocks.1.0.conv_dw.weight`). Empty for ops without parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Index of the line of `Architecture.blocks` that made this node; −1 for the input or an imported graph. */
  readonly block: number;
  /** Which repeat of that line (0-based). */
  readonly repeat: number;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  /** Ids of `input` nodes; several inputs and inputs that are no image are allowed. */
  readonly inputs: readonly string[];
  /** Ids of result nodes, in order; several outputs are allowed. The classifier's logits are the first. */
  readonly outputs: readonly string[];
  /** Name of each output, where the net names them. */
  readonly outputNames?: readonly string[];
  /** Name → node, of every result that the net names. */
  readonly named?: ReadonlyMap<string, string>;
  /** Stage name (`blocks.0`, `stages.2`) → id of the stage's last node, in order. */
  readonly stages: readonly { readonly name: string; readonly node: string }[];
}

/** A half-open range of UTF-16 offsets in the architecture text. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Something wrong with a document: what, where, and how to fix it when a fix exists. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly range: Range;
  readonly fix?: { readonly label: string; readonly range: Range; readonly insert: string };
}

export interface NodeFacts {
  readonly shape: Shape;
  /** Op role → tensor facts, with its state-dict name. */
  readonly params: readonly {
    readonly role: string;
    readonly name: string;
    readonly shape: Shape;
    readonly trainable: boolean;
  }[];
  /** Trainable parameters. */
  readonly parameterCount: number;
  readonly macs: number;
  readonly macKind: MacKind;
}

/** A graph whose every node has a shape and a cost. */
export interface InferredGraph extends Graph {
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

/** State-dict name → values in the checkpoint's own layout (convolutions OIHW, linear layers `[out, in]`). */
export type Params = ReadonlyMap<string, Float32Array>;
