// What can still be said of a net with a line that does not build: everything above that line.
import { accounting, type Accounting } from '../../../graph/cost/cost.ts';
import type { Architecture } from '../../../graph/architecture.ts';
import { expand } from '../../../graph/blocks/expand.ts';
import type { InferredGraph, Problem } from '../../../graph/ir/graph.ts';

/** Graph and costs of the lines above the first one with an error of its own; undefined when there are none. */
export function partialNet(
  architecture: Architecture,
  problems: readonly Problem[],
): { graph: InferredGraph; accounting: Accounting } | undefined {
  const { blocks, header } = architecture;
  const broken = blocks.findIndex(({ range }) =>
    problems.some(
      ({ severity, range: { from, to } }) => severity === 'error' && from === range.from && to === range.to,
    ),
  );
  if (broken <= 0) return undefined;
  const { graph } = expand({ header: { ...header, expectParams: undefined }, blocks: blocks.slice(0, broken) }, '');
  return graph && { graph, accounting: accounting(graph) };
}
