// A training graph under construction: forward nodes, then those of the derivatives, with shapes inferred at once.
import type { Differentiated, Formula, GradientBuilder } from '../../gpu-kernels/gradients/gradient.ts';
import type { Shape } from '../../gpu-kernels/shape.ts';

export interface TrainNode {
  readonly id: string;
  readonly formula: Formula;
  readonly attrs: unknown;
  readonly inputs: readonly string[];
  /** Role → name of a parameter, or the id of a value that stands in its place. */
  readonly params: Readonly<Record<string, string>>;
}

export class TrainNodes implements GradientBuilder {
  readonly nodes: TrainNode[] = [];
  readonly shapes = new Map<string, Shape>();

  /** Adds a node under a name of its own. */
  add<A>(
    formula: Formula<A>,
    attrs: A,
    inputs: readonly string[],
    params: Readonly<Record<string, string>> = {},
  ): string {
    return this.addAs(`${formula.name}#${this.nodes.length}`, formula, attrs, inputs, params);
  }

  /** The same under a given id. Throws ShapeError. */
  addAs<A>(
    id: string,
    formula: Formula<A>,
    attrs: A,
    inputs: readonly string[],
    params: Readonly<Record<string, string>> = {},
  ): string {
    if (this.shapes.has(id)) throw new Error(`node id "${id}" is used twice`);
    const shape = formula.shape(
      inputs.map((input) => this.shape(input)),
      attrs,
    );
    this.shapes.set(id, shape);
    this.nodes.push({ id, formula: formula, attrs, inputs, params });
    return id;
  }

  shape(id: string): Shape {
    const shape = this.shapes.get(id);
    if (!shape) throw new Error(`no node is called "${id}"`);
    return shape;
  }

  /** Ids that are made here hold a `#`; a net's own node may be called like one of its parameters (`cls_token`). */
  standsIn(name: string): boolean {
    return name.includes('#') && this.shapes.has(name);
  }

  /** Shapes of a node's parameters by role. */
  paramShapes({ formula, attrs, inputs }: TrainNode): Readonly<Record<string, Shape>> {
    const specs = formula.params?.(
      inputs.map((input) => this.shape(input)),
      attrs,
    );
    return Object.fromEntries(Object.entries(specs ?? {}).map(([role, { shape }]) => [role, shape]));
  }

  /** A node as its derivative reads it. */
  differentiated({ id, attrs, inputs, params }: TrainNode): Differentiated<unknown> {
    return { id, attrs, inputs, params, shapes: inputs.map((input) => this.shape(input)), output: this.shape(id) };
  }
}
