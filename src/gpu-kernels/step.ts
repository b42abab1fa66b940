// What a step is made of: values, constants, riders. Which families of steps there are, and what each means, is in families/.
import type { Shape } from './op.ts';

/**
 * A tensor between steps. On the GPU every value is stored channel-fastest with the channel padded to a multiple of 4
 * (`[N, H, W, C4]`, `[N, T, C4]`, `[N, C4]`), as vec4<f32> or vec4<f16>; padding lanes hold 0.
 */
export interface Value {
  /** Id of the graph node whose output this is, or that id + `#suffix` for a step's own intermediate (`…#sums`). */
  readonly id: string;
  readonly shape: Shape;
  /**
   * `f32` even in an f16 plan: the net's input and logits, and sums that would leave half's range. `u8`: quantized, four channels in a
   * u32, padding lanes undefined (families/int8/product.ts). Absent: the plan's precision.
   */
  readonly type?: 'f32' | 'u8';
  /** Of a result that is written into a larger one: where it begins there and how long that is, in vec4s. `shape` is its own. */
  readonly part?: { readonly at: number; readonly of: number };
}

/** Sizes in samples, frequencies in Hz: what the tables of a log-mel front end are made of. */
export interface MelTables {
  readonly rate: number;
  readonly fft: number;
  readonly window: number;
  readonly mels: number;
  readonly low: number;
  readonly high: number;
  readonly scale: 'slaney' | 'htk' | 'tf';
}

/** How a constant is computed from the checkpoint's tensors when a net is loaded; plain data, evaluated once, on the CPU, in float64. */
export type WeightExpr =
  | { readonly kind: 'param'; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'zeros'; readonly shape: Shape }
  /** A fixed table of a log-mel front end (ops/mel.ts). */
  | {
      readonly kind: 'mel';
      readonly table: 'hann' | 'circle' | 'filters';
      readonly attrs: MelTables;
      readonly shape: Shape;
    }
  /** gamma / sqrt(variance + eps): a vector of C. */
  | {
      readonly kind: 'normScale';
      readonly gamma: WeightExpr;
      readonly variance: WeightExpr;
      readonly eps: number;
      readonly shape: Shape;
    }
  /** Element-wise a ∘ b; `b` may be a vector that runs along `axis` of `a` (default: same shape). */
  | {
      readonly kind: 'mul' | 'add' | 'sub';
      readonly a: WeightExpr;
      readonly b: WeightExpr;
      readonly axis?: number;
      readonly shape: Shape;
    }
  | { readonly kind: 'scale'; readonly a: WeightExpr; readonly factor: number; readonly shape: Shape }
  /** Σ over every axis but 0 of a · b, where `b` runs along axis 1 of `a` (group by group): what an input shift adds to a bias. */
  | {
      readonly kind: 'contract';
      readonly a: WeightExpr;
      readonly b: WeightExpr;
      readonly groups: number;
      readonly shape: Shape;
    }
  | { readonly kind: 'concat'; readonly parts: readonly WeightExpr[]; readonly axis: number; readonly shape: Shape }
  | { readonly kind: 'reshape'; readonly a: WeightExpr; readonly shape: Shape }
  | { readonly kind: 'transpose'; readonly a: WeightExpr; readonly order: readonly number[]; readonly shape: Shape }
  /** Elements `indices` of `a` along `axis`: undoing a head-interleaved qkv, gathering a relative-position table. */
  | {
      readonly kind: 'gather';
      readonly a: WeightExpr;
      readonly axis: number;
      readonly indices: readonly number[];
      readonly shape: Shape;
    }
  /** sqrt(a + eps), element by element. */
  | { readonly kind: 'sqrt'; readonly a: WeightExpr; readonly eps: number; readonly shape: Shape };

/** Element-wise work that rides on a step, in order, on the value about to be stored (or just loaded, in a prologue). */
export type Rider =
  /** An element-wise unary op of the registry (`relu6`, `hswish`, …): its `pointwise` expression is spliced in. */
  | { readonly kind: 'unary'; readonly op: string; readonly attrs: unknown }
  /** Another value, by index into the step's `inputs`; shape equal to the output's or broadcastable to it (`[N,1,1,C]`, …). */
  | { readonly kind: 'binary'; readonly op: 'add' | 'mul' | 'sub'; readonly input: number; readonly swap?: boolean }
  /** A constant `[…, T, C]` added row by row (row modulo T), by role in the step's `weights`: position embeddings. */
  | { readonly kind: 'table'; readonly weight: string }
  /** A per-channel constant, by role in the step's `weights`. */
  | { readonly kind: 'channel'; readonly op: 'add' | 'mul' | 'prelu'; readonly weight: string };

/** The numbers of a tensor on the CPU, in its logical layout. */
export type Numbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array;

/** One dispatch-to-be of the family `F`, whose own numbers are `A`; `Step` in families/index.ts is the union over all families. */
export interface StepShape<F extends string = string, A = unknown> {
  readonly family: F;
  /** Graph nodes that this step computes, in graph order; every pass keeps them. */
  readonly from: readonly string[];
  /** The family's own operands first, then operands of riders. */
  readonly inputs: readonly Value[];
  /** Usually one; a second one for by-products such as the channel sums that a squeeze-excite gate reads. */
  readonly outputs: readonly Value[];
  /** The family's own numbers: strides, padding, heads, … Plain data. */
  readonly attrs: A;
  readonly weights: Readonly<Record<string, WeightExpr>>;
  /** Riders on the family's first input as it is loaded (an SE gate, a norm's scale and shift). */
  readonly prologue: readonly Rider[];
  /** Riders on the result before it is stored. */
  readonly epilogue: readonly Rider[];
  /** Index of an epilogue operand whose memory `outputs[0]` takes over: bound once, read and then written at the same place. */
  readonly inPlace?: number;
}
