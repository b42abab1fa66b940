// The plan: plain data that the executor carries out without knowing what a convolution is.
import type { PackedWeight, Precision } from '../../gpu-kernels/kernel.ts';
import type { WeightExpr } from '../../gpu-kernels/step.ts';
import type { Shape } from '../../gpu-kernels/op.ts';

export interface PlanWeight extends PackedWeight {
  /** One expression per role of `roles`. */
  readonly sources: readonly WeightExpr[];
  readonly bytes: number;
}

/** A range of a slot (offset in bytes, a multiple of 256), or a whole constant. */
export type PlanBinding =
  | { readonly slot: number; readonly offset: number; readonly bytes: number; readonly write: boolean }
  | { readonly weight: number };

export interface PlanDispatch {
  /** Kernel variant name. */
  readonly kernel: string;
  /** Graph nodes computed here; a fused kernel lists several. */
  readonly from: readonly string[];
  /** Index into `Plan.modules`. */
  readonly module: number;
  readonly workgroups: readonly [number, number, number];
  /** In `@binding` order of group 0. */
  readonly bindings: readonly PlanBinding[];
  /** Multiply-accumulates and bytes read + written, from the cost model, for GMAC/s, GB/s and splitting into submits. */
  readonly macs: number;
  readonly bytes: number;
}

export interface PlanTensor {
  readonly node: string;
  readonly shape: Shape;
  readonly slot: number;
  /** Bytes from the slot's begin. */
  readonly offset: number;
  /** How the slot stores it; channels are padded to 4 (step.ts). `u8`: quantized, read and written as its integers. */
  readonly type: Precision | 'u8';
}

/** Where a value is kept, and from the dispatch that writes it to the last that reads it, both inclusive (−1: the net's input). */
export interface PlanLife {
  /** Id of the graph node, or that id + `#suffix` for a by-product. */
  readonly value: string;
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
  readonly from: number;
  /** `dispatches.length` for what is read back at the end. */
  readonly to: number;
}

export interface Plan {
  readonly version: 1;
  readonly net: string;
  readonly for: 'gpu' | 'software';
  readonly precision: Precision;
  /** One per input node of the graph, in the graph's order. */
  readonly inputs: readonly PlanTensor[];
  /** The graph's outputs (logits first), then whatever was asked for with `keep`. */
  readonly outputs: readonly PlanTensor[];
  /** WGSL texts, distinct. */
  readonly modules: readonly string[];
  readonly dispatches: readonly PlanDispatch[];
  /** Activation buffers, bytes each; shared by values by liveness. */
  readonly slots: readonly number[];
  /** Every activation, in the order of writing: what the slots were assigned by. */
  readonly lives: readonly PlanLife[];
  readonly weights: readonly PlanWeight[];
  readonly activationBytes: number;
  /** Σ of the values alive at the worst moment: what no assignment of slots can go below. */
  readonly activationLowerBound: number;
  readonly weightBytes: number;
}
