// What the worker that judges every layer on the CPU is given, and what it tells: whoever runs a net on the GPU can have it checked.
import type { GivenNet } from '../../graph/notation/check.ts';

/** What the CPU reference needs to judge every layer. */
export interface ReferenceJob {
  readonly net: GivenNet;
  readonly params: ReadonlyMap<string, Float32Array>;
  /** Of a net with several inputs, by node. */
  readonly input: Float32Array | ReadonlyMap<string, Float32Array>;
  /** Values that the GPU made, by node. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** One node of the reference is done; `difference` is absent where the GPU stores no value of its own. */
export type ReferenceReport =
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly share: number;
      readonly difference?: number;
      readonly passed?: boolean;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };
