// What a WGSL kernel variant must say: which steps it takes, its shader text, its grid, and how it wants its weights packed.

/** What the device offers; a plain record so that tests can fake any of them. */
export interface Capabilities {
  readonly f16: boolean;
  readonly subgroups: boolean;
  readonly packedDot: boolean;
  /** A CPU adapter (SwiftShader, llvmpipe): workgroup memory and barriers work, and cost more than they save. */
  readonly software: boolean;
  readonly maxWorkgroupStorageBytes: number;
  readonly maxInvocationsPerWorkgroup: number;
  readonly maxStorageBuffersPerStage: number;
  readonly maxWorkgroupsPerDimension: number;
}

export type Precision = 'f32' | 'f16';

/** One binding of a dispatch: `inputs[i]`, `outputs[i]` or `weights[role]` of the step, in `@binding` order. */
export type Binding =
  { readonly kind: 'input' | 'output'; readonly index: number } | { readonly kind: 'weight'; readonly role: string };

export interface BuiltKernel {
  readonly wgsl: string;
  readonly workgroups: readonly [number, number, number];
  readonly bindings: readonly Binding[];
  /** Role → packed constant, in the exact order the shader reads. Roles may be new ones made from several of the step's. */
  readonly weights: Readonly<Record<string, PackedWeight>>;
  /** Set when the kernel needs several dispatches of itself or scratch; undefined for the usual single dispatch. */
  readonly note?: string;
}

/** A named, pure re-ordering of evaluated weights (`packers` in packing/packers.ts), so that a plan stays plain data. */
export interface PackedWeight {
  readonly packer: string;
  /** Roles of the step's `weights` that the packer reads, in its order. */
  readonly roles: readonly string[];
  readonly options: Readonly<Record<string, number>>;
  /** Elements of the packed buffer (of the plan's storage type). */
  readonly elements: number;
  /** `f32` even in an f16 plan where the constant must keep its range; `i8` (four in a u32) and `i32` for quantized nets. */
  readonly type?: Precision | 'i8' | 'i32';
}

/** A kernel of the family `F`, whose steps are `S`: `Kernel<F>` of families/index.ts. */
export interface KernelOf<F extends string, S> {
  /** Unique: `pointwise/tiled-4x4`. Shown in the profile table. */
  readonly name: string;
  readonly family: F;
  /** Why this variant exists, in one sentence. */
  readonly doc: string;
  accepts(step: S, caps: Capabilities, precision: Precision): boolean;
  build(step: S, caps: Capabilities, precision: Precision): BuiltKernel;
  /** Partial sums a picture that this kernel can write to a `#sums` output (`[N, parts, C]`, f32); absent or 0: it cannot. */
  sumParts?(step: S, caps: Capabilities, precision: Precision): number;
}
