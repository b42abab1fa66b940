// The contract between lowering and kernels: for each kernel family its operands, weights and attributes, and what they mean.
//
// Common to all families
// - Values are stored channel-fastest with channels padded to 4 (step.ts); padding lanes must be stored as 0.
// - `inputs` begin with the family's own operands, listed below; operands of `binary` riders follow.
// - `outputs[0]` is the result after the epilogue. A second output exists only where the family names one.
// - `prologue` riders act on `inputs[0]` as it is loaded; padded taps stay 0, that is: riders first, padding after.
// - `epilogue` riders act in order on the float32 accumulator, bias included, before the store.
// - Where a family lists `bias` it is always present in `Step.weights` (`zeros` when the graph has none).
// - Operands of `binary` riders broadcast along any axis of size 1, channel included.

/** A resolved sliding window: no padding rules left, only numbers. Rows then columns; pads are those before the first row and column. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: readonly [number, number];
}

/**
 * `pointwise`: matrix product over the last axis. inputs `[x]`: `[…, K]`; output `[…, N]`, rows = product of the other axes.
 * weights: `weight` `[N, K/groups]`, `bias` `[N]`.
 * `stride` > 1: a strided 1×1 convolution on a map, output pixel (y, x) reads input pixel (y·sy, x·sx).
 * `pool: 'mean'`: the result after the epilogue is averaged over all pixels; output `[N, C]` (or `[N, 1, 1, C]`).
 * Prologue riders: SE gate (`binary mul`, `[N, 1, 1, K]` or `[N, K]`), per-channel scale and shift (`channel`), unary.
 * Optional output 1 `…#sums`: see below.
 */
export interface PointwiseAttrs {
  readonly groups: number;
  readonly stride: readonly [number, number];
  readonly pool?: 'mean';
}

/** `conv2d`: dense or grouped k×k. weights: `weight` `[O, I/groups, KH, KW]`, `bias` `[O]`. Map `[N, H, W, C]` in and out. */
export interface Conv2dStepAttrs extends Window {
  readonly groups: number;
}

/**
 * `depthwise`: one filter a channel. weights: `weight` `[O, 1, KH, KW]`, `bias` `[O]`, O = repeat × C.
 * `repeat` > 1: output channel c reads input channel c mod C (two siblings on one input merged into one dispatch).
 * Optional output 1 `…#sums`.
 */
export interface DepthwiseAttrs extends Window {
  readonly repeat: number;
}

/*
 * Optional second output `#sums` of `depthwise`, `mixedDepthwise`, `expandDepthwise` and `pointwise`: partial channel sums of the result
 * after the epilogue, `[N, parts, C]` (stored `[N, parts, C4]`, always vec4<f32>). `parts` is the kernel's choice: lowering asks the
 * chosen kernel (`Kernel.sumParts`) and gives the output that shape. A reader adds the parts and divides by H·W.
 */

/**
 * `mixedDepthwise` (MixConv, arXiv 1907.09595): channels are split into consecutive parts, part i has window `windows[i]` and `splits[i]` channels.
 * weights: `weight0`, `weight1`, … each `[splits[i], 1, k, k]`, `bias` `[C]`. Splits need not be multiples of 4. Optional output 1 `…#sums`.
 */
export interface MixedDepthwiseAttrs {
  readonly splits: readonly number[];
  readonly windows: readonly Window[];
}

/**
 * `expandDepthwise`: 1×1 expansion, then depthwise, the expanded map never stored. inputs `[x]` `[N, H, W, K]`; output `[N, H', W', E]`.
 * weights: `expandWeight` `[E, K]`, `expandBias` `[E]`, `weight` `[E, 1, KH, KW]`, `bias` `[E]`.
 * `middle`: unary and channel riders on the expanded value (padding is zeros of the value after them). Optional output 1 `…#sums`.
 */
export interface ExpandDepthwiseAttrs extends Window {
  readonly middle: readonly import('../step.ts').Rider[];
}

/**
 * `depthwisePointwise`: depthwise, then 1×1, the depthwise map never stored. inputs `[x]` `[N, H, W, C]`; output `[N, H', W', N]`.
 * weights: `depthwiseWeight` `[C, 1, KH, KW]`, `depthwiseBias` `[C]`, `weight` `[N, C]`, `bias` `[N]`.
 * `middle`: unary and channel riders between the two.
 */
export interface DepthwisePointwiseAttrs extends Window {
  readonly middle: readonly import('../step.ts').Rider[];
}

/**
 * `invertedResidual`: 1×1 expansion, depthwise, 1×1 projection, neither map between them stored. inputs `[x]` `[N, H, W, K]`; output `[N, H', W', O]`.
 * weights: `expandWeight` `[E, K]`, `expandBias` `[E]`, `depthwiseWeight` `[E, 1, KH, KW]`, `depthwiseBias` `[E]`, `weight` `[O, E]`, `bias` `[O]`.
 * `middle` and `inner`: unary and channel riders on the expanded and on the filtered value.
 */
export interface InvertedResidualAttrs extends Window {
  readonly middle: readonly import('../step.ts').Rider[];
  readonly inner: readonly import('../step.ts').Rider[];
}

/**
 * `gate` (squeeze-excite, arXiv 1709.01507): mean → FC → act → FC → gate, one vector a picture. Output `[N, 1, 1, C]`.
 * inputs `[map]` `[N, H, W, C]` (`from: 'map'`) or `[sums]` `[N, parts, C]` (`from: 'sums'`; `pixels` = H·W to divide by).
 * weights: `w1` `[R, C]`, `b1` `[R]`, `w2` `[O, R]`, `b2` `[O]`. `act` riders after the first FC, `epilogue` riders (the gate function) after the second.
 */
export interface GateAttrs {
  readonly from: 'map' | 'sums';
  readonly pixels: number;
  readonly hidden: number;
  readonly act: readonly import('../step.ts').Rider[];
}

/**
 * `attention`: softmax(q·kᵀ·scale + bias)·v for every head. inputs `[q, k, v]`, the same value may stand in several places (bound once).
 * Each operand is tokens `[N, T, C]` or a map (tokens = its pixels). Head h, element d of operand o is channel
 * `layout[o].offset + h·layout[o].headStride + d` (for k and v, h is the key head).
 * Output `[N, Tq, heads·valueDim]` or a map with as many pixels: head h at channel h·valueDim.
 * weights (optional): `bias` `[heads, Tq, Tk]` added to the scores; talking heads: `mix1`/`mix1Bias` `[heads, heads]`/`[heads]` between scores
 * and softmax, `mix2`/`mix2Bias` between softmax and values.
 */
export interface AttentionStepAttrs {
  readonly heads: number;
  /** Key and value heads; head h reads key head ⌊h / (heads / kvHeads)⌋. 1 = multi-query. */
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly scale: number;
  readonly layout: readonly [OperandLayout, OperandLayout, OperandLayout];
  readonly talkingHeads: boolean;
}
export interface OperandLayout {
  readonly offset: number;
  readonly headStride: number;
}

// `elementwise`: inputs[0] and any chain of riders (`epilogue`), no window, no product. Output shape = broadcast of all operands. No attributes.

/** `layerNorm` over the channel. weights `gamma` `[C]`, `beta` `[C]`. */
export interface LayerNormAttrs {
  readonly eps: number;
}

/** `groupNorm` over pixels and C/groups channels, and EvoNorm-S0 (`v` present: numerator x·sigmoid(v·x)). weights `gamma`, `beta`, optional `v`. */
export interface GroupNormAttrs {
  readonly groups: number;
  readonly eps: number;
}

/** `evonormB0`: x / max(sqrt(var), v·x + sqrt(varInstance(H, W) + eps)) · gamma + beta. weights `v`, `deviation` (sqrt(running var + eps)), `gamma`, `beta`. */
export interface EvonormB0Attrs {
  readonly eps: number;
}

/**
 * `performerSums`, then `performer` (FAVOR+, arXiv 2009.14794): inputs `[kqv]` tokens `[N, T, 3·dim]` (key, query, value), weights `w` `[features, dim]`.
 * Sums: f32 output `[N, features, dim + 4]`: row m = Σ_t φ_m(k_t)·v_t, then Σ_t φ_m(k_t) at channel dim (dim is a multiple of 4; the last three are 0).
 * `performer`: inputs `[kqv, sums]`, output `[N, T, dim]` = φ(q)·sums / (φ(q)·Σφ(k) + 1e-8). φ(x) = exp(w·x − |x|²/2) / √m.
 */
export interface PerformerStepAttrs {
  readonly dim: number;
  readonly features: number;
}

/**
 * `pool`: sliding average, maximum or binomial blur (`border`: what lies beyond the map). `countPad`: padded zeros count in the average's divisor.
 * `ends`: row and column where a window ends at the latest (input size + trailing padding); what lies beyond never counts.
 */
export interface PoolAttrs extends Window {
  readonly mode: 'avg' | 'max' | 'blur';
  readonly border?: 'reflect' | 'zeros';
  readonly countPad: boolean;
  readonly ends: readonly [number, number];
}

/** `mean` over the listed axes of the input, kept with size 1 or dropped as the output shape says. */
export interface MeanAttrs {
  readonly axes: readonly number[];
}

/** `resize` of a map: `nearest` or `bilinear`; `alignCorners` as PyTorch. */
export interface ResizeAttrs {
  readonly mode: 'nearest' | 'bilinear';
  readonly alignCorners: boolean;
}

/** `unfold` (im2col): `[N, H, W, C]` → tokens `[N, H'·W', C·KH·KW]`, channel slowest (PyTorch's order: c·KH·KW + ky·KW + kx). */
export interface UnfoldAttrs extends Window {
  /** W': windows in a row. */
  readonly columns: number;
}

/** `concat` of all inputs along `axis` (any axis). */
export interface ConcatAttrs {
  readonly axis: number;
}

/** `slice`: `start` (inclusive) and the output's own size along `axis`, every `step`-th element. */
export interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
}

/** `transpose`: output axis i is input axis `order[i]`. */
export interface TransposeAttrs {
  readonly order: readonly number[];
}

// `reshape`: same elements in row-major order of the logical shape; lowering drops it where the stored bytes are equal. No attributes.

// `softmax` over the channel. No attributes.

// `prependToken`: a learned token before the others. weights `token` `[1, 1, C]`. Output `[N, T + 1, C]`. No attributes.
