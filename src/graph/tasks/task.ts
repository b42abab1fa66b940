// What every task of the table must define, and the answers that tasks read out of a net's outputs.
import type { Shape } from '../../gpu-kernels/op.ts';
import type { Architecture } from '../architecture.ts';
import type { InferredGraph } from '../ir/graph.ts';
import type { Fit } from '../pictures/preprocess.ts';

/** A net with the text that says what its outputs mean; a net of another program has no such text. */
export interface TaskNet {
  readonly graph: InferredGraph;
  readonly architecture?: Architecture | undefined;
}

/** One output, in the graph's own layout. */
export interface NetOutput {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** What the user may change without running the net again. */
export interface AnswerSettings {
  /** Only answers with a higher score are shown. */
  readonly score: number;
  /** Boxes of one class that overlap by more are one. */
  readonly iou: number;
  /** Answers at most. */
  readonly most: number;
  /** Boxes of these classes alone; of all when not given. */
  readonly only?: readonly number[];
}

export interface AnsweredBox {
  /** Without the background. */
  readonly class: number;
  readonly score: number;
  /** Left, top, right, bottom in fractions of the net's input. */
  readonly box: readonly [number, number, number, number];
  /** x and y of each, in fractions of the net's input. */
  readonly points?: readonly (readonly [number, number])[];
  /** Which anchor found it. */
  readonly anchor: number;
}

export interface Ranked {
  readonly index: number;
  /** Logit or value. */
  readonly value: number;
  /** Null for a value that is no share of anything. */
  readonly probability: number | null;
}

export type TaskAnswer =
  /** Of each output that classifies, the most probable first; a net with exits has several, the last the surest. */
  | { readonly kind: 'classes'; readonly heads: readonly { readonly name: string; readonly top: readonly Ranked[] }[] }
  | { readonly kind: 'one'; readonly top: readonly Ranked[] }
  | { readonly kind: 'features'; readonly top: readonly Ranked[] }
  | { readonly kind: 'boxes'; readonly boxes: readonly AnsweredBox[]; readonly best: number }
  | {
      readonly kind: 'mask';
      readonly width: number;
      readonly height: number;
      /** Class of each pixel. */
      readonly mask: Uint16Array;
      readonly classes: number;
    }
  | { readonly kind: 'matte'; readonly width: number; readonly height: number; readonly share: Float32Array }
  | {
      readonly kind: 'points';
      /** x, y and perhaps z in fractions of the net's input. */
      readonly points: readonly (readonly number[])[];
      /** That there is a face at all; undefined where the net does not say. */
      readonly presence?: number;
    }
  | { readonly kind: 'tags'; readonly top: readonly Ranked[] }
  | { readonly kind: 'values'; readonly values: readonly { readonly name: string; readonly value: number }[] }
  | { readonly kind: 'tensors'; readonly tensors: readonly TensorFacts[] };

export interface TensorFacts {
  readonly name: string;
  readonly shape: Shape;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly first: readonly number[];
}

export type TaskKind =
  | 'classify'
  | 'exits'
  | 'one'
  | 'features'
  | 'detect'
  | 'face'
  | 'segment'
  | 'matte'
  | 'landmarks'
  | 'listen'
  | 'values'
  | 'tensors';

/** Tasks whose answer is classes, a yes or no, or features: one vector of numbers that needs no decoding. */
export const namesClasses = (kind: TaskKind): boolean => kind === 'classify' || kind === 'one' || kind === 'features';

export interface Task {
  readonly kind: TaskKind;
  /** As a heading. */
  readonly title: string;
  /** What the outputs of this net are, for people. */
  sentence(net: TaskNet): string;
  /** How answers are held against a truth. */
  readonly metric: string;
  readonly settings: AnswerSettings;
  /** How pictures come to the input where the weights do not say. */
  readonly fit: Fit;
  /** From one window of a sound to the next, where the net's authors say; else half a window. */
  readonly hopSeconds?: number;
  /** Outputs in the order of the graph. */
  read(net: TaskNet, outputs: readonly NetOutput[], settings: AnswerSettings): TaskAnswer;
}

/** Identity with a check: each task is a literal. */
export const defineTask = (task: Task): Task => task;

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The largest values first, of equal ones the lower index. */
export function ranked(
  values: ArrayLike<number>,
  most: number,
  probability: (value: number) => number | null,
): readonly Ranked[] {
  return Array.from({ length: values.length }, (_, index) => index)
    .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
    .slice(0, most)
    .map((index) => ({ index, value: values[index] as number, probability: probability(values[index] as number) }));
}
