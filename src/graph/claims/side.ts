// A side of a comparison as a document: its preset with knobs or its text, swaps made.
import { print } from '../notation/print.ts';
import { check } from '../notation/check.ts';
import { accounting } from '../cost/cost.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { resolvePreset } from '../presets/resolve.ts';
import { applySwap, parseSwap } from '../search/ablation/swap.ts';
import type { CountTest, Side } from './claim.ts';

/** Throws on a name that stands for nothing and on a swap that cannot be made: the table of claims is part of the program. */
export function sideText({ title, net, text, swaps = [] }: Side): string {
  const start = text ?? published(net ?? title);
  return swaps.reduce((now, swap) => applySwap(now, parseSwap(swap)).text, start);
}

/** Without the count that a swap would break. */
function published(name: string): string {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  const { header, ...rest } = resolved.architecture;
  return print({ ...rest, header: { ...header, expectParams: undefined } });
}

export function sideGraph(side: Side): InferredGraph {
  const { graph, problems } = check(sideText(side), side.title);
  if (!graph) throw new Error(`${side.title}: ${problems[0]?.message ?? 'no net'}`);
  return graph;
}

/** What is counted here: parameters or MACs of b, divided by those of a where there is one. */
export function countHere({ of, a, b }: CountTest): number {
  const count = (side: Side): number => {
    const { total } = accounting(sideGraph(side));
    return of === 'params' ? total.params : total.macs.total;
  };
  return count(b) / (a ? count(a) : 1);
}
