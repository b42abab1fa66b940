// What every kernel family says about itself: its attributes as a type, and the one CPU definition of what a step of it computes.
import type { Numbers, StepShape } from '../step.ts';

/** The numbers that a step computes with, in their logical layout. */
export interface StepData {
  /** In the order of the step's `inputs`. */
  readonly inputs: readonly Numbers[];
  /** By role. */
  readonly weights: Readonly<Record<string, Numbers>>;
}

/** A family whose steps carry attributes `A`. */
export interface FamilyOf<A> {
  /**
   * The outputs in their logical layout: float64 of the float families, bytes (or float32) of the integer ones. Kernels, the
   * fake-quantized path and the path without a GPU are all held to it.
   */
  reference(step: StepShape<string, A>, data: StepData): readonly Numbers[];
}

/** Families without numbers of their own. */
export type NoAttrs = Readonly<Record<never, never>>;
