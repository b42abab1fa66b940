// Holds the references from operators to subgraphs: in range, and never in a circle.
import { ModelError, nodeLabel, type ModelNode } from '../model/model.ts';

/** `graphs[i]`: nodes of subgraph i. Throws {@link ModelError}. */
export function refuseRecursion(graphs: readonly (readonly ModelNode[])[]): void {
  const calls = graphs.map((nodes) =>
    nodes.flatMap((node) =>
      [...node.attributes].flatMap(([name, value]) => {
        if (!name.endsWith('_subgraph') || typeof value !== 'number') return [];
        if (value < 0 || value >= graphs.length)
          throw new ModelError(`${nodeLabel(node)} runs subgraph ${value} of ${graphs.length}.`);
        return [value];
      }),
    ),
  );
  // Each round removes the subgraphs that call nothing left; what cannot be removed calls itself in the end.
  let left = calls.map((_, i) => i);
  for (;;) {
    const next = left.filter((i) => calls[i]!.some((called) => left.includes(called)));
    if (next.length === left.length) break;
    left = next;
  }
  if (left.length > 0) throw new ModelError(`Subgraph ${left[0]} runs itself in the end, so it would never finish.`);
}
