// What matching asks of a side again and again: who writes and reads a value, and what a node is called.
import type { NetSide } from './side.ts';

export interface Indexed {
  readonly side: NetSide;
  /** Value → the node that writes it. */
  readonly writer: ReadonlyMap<string, number>;
  /** Node → the nodes whose results it reads, in the order of its operands. */
  readonly reads: readonly (readonly number[])[];
  readonly readBy: readonly (readonly number[])[];
  /** Node → its operands that no node writes and nobody feeds: weights and other constants. */
  readonly constants: readonly (readonly string[])[];
}

export function indexed(side: NetSide): Indexed {
  const { nodes, inputs } = side.outline;
  const writer = new Map<string, number>();
  nodes.forEach(({ outputs }, at) => outputs.forEach((key) => writer.set(key, at)));
  const fed = new Set(inputs);
  const reads = nodes.map((node) => node.inputs.flatMap((key) => writer.get(key) ?? []));
  const readBy: number[][] = nodes.map(() => []);
  reads.forEach((own, at) => new Set(own).forEach((from) => readBy[from]!.push(at)));
  const constants = nodes.map((node) =>
    node.inputs.filter((key) => key !== '' && !writer.has(key) && (!fed.has(key) || side.constant(key) !== undefined)),
  );
  return { side, writer, reads, readBy, constants };
}
