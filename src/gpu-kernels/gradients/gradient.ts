// What a derivative is made of: nodes added to the graph behind those of the forward pass, each an op with a shape, a cost and a meaning.
import type { Op } from '../op.ts';
import type { Shape } from '../shape.ts';

/** An op as far as a training graph needs it; every op of the registry is one, and so are those that only derivatives use. */
export type Formula<A = unknown> = Pick<Op<A>, 'name' | 'shape' | 'params' | 'macs' | 'reference'>;

/** An op that only training uses: no exporter writes it and no drawing shows it. */
export const formula = <A>(own: Omit<Formula<A>, 'macs'> & Partial<Pick<Formula<A>, 'macs'>>): Formula<A> => ({
  macs: () => 0,
  ...own,
});

/** Adds nodes behind those that are there. */
export interface GradientBuilder {
  /**
   * Adds a node and returns its id. `params`: role → name of a parameter, or the id of a value that stands in its place.
   * Throws ShapeError.
   */
  add<A>(op: Formula<A>, attrs: A, inputs: readonly string[], params?: Readonly<Record<string, string>>): string;
  shape(id: string): Shape;
  /** Whether the name of a parameter is the id of a value that stands in its place. */
  standsIn(name: string): boolean;
}

/** A node of the forward pass, as its derivative reads it. */
export interface Differentiated<A> {
  /** Id of the node, which is that of its output. */
  readonly id: string;
  readonly attrs: A;
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly output: Shape;
  readonly params: Readonly<Record<string, string>>;
}

/** Adds the nodes of one partial derivative; called only where it is wanted. */
export type PartialDerivative = () => string;

/** By operand and by parameter role; what is absent has no derivative. Those of parameters have the checkpoint's layout. */
export interface Partials {
  readonly inputs: readonly (PartialDerivative | undefined)[];
  readonly params?: Readonly<Record<string, PartialDerivative>>;
}

/** `dy`: id of the derivative of the loss to the node's output. */
export type Derivative<A = unknown> = (g: GradientBuilder, n: Differentiated<A>, dy: string) => Partials;

/** The derivative of an op, typed by its attributes. */
export const derive = <A>(_op: Formula<A>, derivative: Derivative<A>): Derivative => derivative as Derivative;
