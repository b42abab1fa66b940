// Milliseconds of the pinned baseline, looked up by the place of a block in the net that is compared with it.
import type { BlockLine } from '../../../graph/architecture.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { counterparts } from '../../state/baseline.ts';
import { nodeTimes } from '../../state/measurements/node-times.ts';
import type { RunRecord } from '../../state/measurements/record.ts';

export interface TimedNet {
  readonly graph: InferredGraph;
  readonly lines: readonly BlockLine[];
  readonly record: RunRecord;
}

/** Time of the baseline's block that stands where `line` and `repeat` of the net stand; undefined for blocks that are new. */
export function baselineTimes(
  lines: readonly BlockLine[],
  before: TimedNet,
): (line: number, repeat: number) => number | undefined {
  const match = counterparts(lines, before.lines);
  const { ms } = nodeTimes(before.graph, before.record.dispatches);
  const blocks = new Map<string, number>();
  for (const { id, block, repeat } of before.graph.nodes) {
    if (block < 0) continue;
    const key = `${block}:${repeat}`;
    blocks.set(key, (blocks.get(key) ?? 0) + (ms.get(id) ?? 0));
  }
  return (line, repeat) => {
    const other = match[line];
    return other === undefined ? undefined : blocks.get(`${other}:${repeat}`);
  };
}
