// Entry of the worker that judges every layer on the CPU; ending it is how a check is stopped.
import { runReference } from '../graph/ir/reference.ts';
import { checkLayer } from './engine/layer-values.ts';
import type { ReferenceJob, ReferenceReport } from './engine/reference-job.ts';
import { graphOf } from '../graph/notation/check.ts';

const tell = (report: ReferenceReport): void => self.postMessage(report);

function judge({ net, params, input, values }: ReferenceJob): void {
  const graph = graphOf(net);
  if (!graph) throw new Error('This text does not make a net; mend its errors first.');
  const total = graph.nodes.reduce((sum, { id }) => sum + (graph.facts.get(id)?.macs ?? 0) + 1, 0);
  let done = 0;
  runReference(graph, params, input, {
    given: values,
    onNode({ id, op }, expected) {
      done += (graph.facts.get(id)?.macs ?? 0) + 1;
      const actual = values.get(id);
      const { difference, passed } = actual
        ? checkLayer(id, expected, actual, op === 'quantize' || op === 'requantize')
        : {};
      tell({
        kind: 'node',
        node: id,
        share: done / total,
        ...(difference !== undefined && { difference, passed: passed ?? false }),
      });
    },
  });
  tell({ kind: 'done' });
}

// The page hands over one end of a channel; the job comes through it from the worker with the GPU.
self.addEventListener('message', ({ data: port }: MessageEvent<MessagePort>) => {
  port.onmessage = ({ data }: MessageEvent<ReferenceJob>) => {
    try {
      judge(data);
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
});
