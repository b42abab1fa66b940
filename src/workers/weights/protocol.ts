// Where a net's weights come from and what is known of them: what every job that takes weights is told, and tells.
import type { FoundPreparation } from '../../graph/weights/preparation.ts';
import type { EmbeddedModel } from '../../graph/weights/embedded.ts';

export type WeightsRef =
  /** Ships with the page: address of its description (public/models/*.json). */
  | { readonly kind: 'embedded'; readonly url: string }
  | { readonly kind: 'stored'; readonly id: string }
  /** A dropped file. The bytes are needed once; the worker remembers the last files by their names. */
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly bytes?: Uint8Array<ArrayBuffer>;
      /** Texts of the config.json and preprocessor_config.json that came with it. */
      readonly configs?: readonly string[];
    }
  /** Random numbers: right for looking at layers and for checking kernels, wrong for answers. */
  | { readonly kind: 'made-up' };

export interface WeightsFacts {
  readonly kind: WeightsRef['kind'];
  /** File name, hub id, or `made-up`. */
  readonly name: string;
  /** Where it comes from, in words. */
  readonly source: string;
  readonly licence?: string;
  readonly bytes: number;
  /** Hex; empty for made-up weights. */
  readonly sha256: string;
  /** Set for the embedded model: preparation, labels, hash. */
  readonly embedded?: EmbeddedModel;
  /** The file says of itself that its classes are ImageNet-1k's. */
  readonly imagenet: boolean;
  /** Values that are NaN or infinite: one spoils every answer. */
  readonly nonFinite: number;
  /** How pictures are prepared for these weights in this net, and how that is known; absent for made-up ones. */
  readonly preparation?: FoundPreparation;
  /** What was left out so that names fit, a sentence each. */
  readonly notes?: readonly string[];
  /** The list of names in public/models that the net's classes have, where it is a published one. */
  readonly labelSet?: string;
}
