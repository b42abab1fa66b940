// Every dispatch of a net by itself: what its operators cost without their neighbours.
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { signatureOf } from '../../../graph/plan/signature.ts';
import type { TimedDispatch } from '../../../graph/search/latency/table.ts';
import { planOn } from '../../engine/device-choices.ts';
import type { OpenDevice } from '../../engine/device.ts';
import { benchDispatches } from '../../engine/dispatch-bench.ts';
import { madeUpTensors } from '../../engine/made-up.ts';
import type { AloneDispatch } from './protocol.ts';

/** Rejects with the signal's reason when aborted. */
export async function timeApart(
  open: OpenDevice,
  graph: InferredGraph,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (what: string, share: number) => void },
): Promise<readonly AloneDispatch[]> {
  const plan = planOn(open, graph);
  const signatures = plan.dispatches.map((dispatch) => signatureOf(plan, dispatch));
  const different = new Set(signatures).size;
  onProgress(`Timing ${different} different dispatches`, 0.05);
  let done = 0;
  const { timed } = await benchDispatches(open, plan, madeUpTensors(graph), new Set(), {
    signal,
    onTimed: (part) => onProgress(`Timing ${different} different dispatches`, (done += part.size) / different),
  });
  return plan.dispatches.map(({ from }, i) => ({
    ...(timed.get(signatures[i] as string) as TimedDispatch),
    from,
    first: signatures.indexOf(signatures[i] as string),
  }));
}
