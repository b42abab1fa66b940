// The job for model files: every layer of a net on the GPU for the reference to judge, and a written net run as its file says.
import { start } from '../../../graph/formats/standalone/runtime.js';
import { readStandalone } from '../../../graph/formats/standalone/write.ts';
import { difference } from '../../../graph/inspect/trials.ts';
import { generateTensor } from '../../../graph/inspect/golden.ts';
import { graphOf } from '../../../graph/notation/check.ts';
import { makePlan } from '../../../graph/plan/make-plan.ts';
import type { CallContext, Job, JobHost } from '../../border/serve.ts';
import { layerValues } from '../../engine/layer-values.ts';
import { LoadedNet } from '../../engine/loaded-net.ts';
import type { ReferenceJob } from '../../engine/reference-job.ts';
import { fit } from '../../weights/source.ts';
import type { CheckRequest, FilesCalls, StandaloneRun } from './protocol.ts';

export const files: Job = { name: 'files', serve: serveFiles };

function serveFiles({ engine, checkpoints, exclusive }: JobHost): FilesCalls {
  async function layers({ net, weights }: CheckRequest, port: MessagePort, context: CallContext): Promise<number> {
    const { signal, progress } = context;
    const graph = graphOf(net);
    if (!graph) throw new Error('This text does not make a net; mend its errors first.');
    const fitted = fit(await checkpoints.get(weights), graph);
    if ('mismatch' in fitted) throw new Error(fitted.mismatch.join(' '));
    const { params } = fitted;
    const open = await engine.open();
    signal.throwIfAborted();
    const plan = makePlan(graph, { caps: open.capabilities, limits: open.limits });
    const loaded = await LoadedNet.load(engine, plan, (name) => params.get(name) as Float32Array, { signal });
    try {
      const inputs = graph.inputs.map((id) => generateTensor('check', id, graph.facts.get(id)?.shape ?? []));
      const onProgress = (share: number): void => progress('Running every layer on the GPU', share);
      const values = await loaded.use((program) => layerValues(program, graph, inputs, { signal, onProgress }), signal);
      const input = new Map(graph.inputs.map((id, i) => [id, inputs[i]!]));
      port.postMessage(
        { net, params, input, values } satisfies ReferenceJob,
        [...values.values()].map(({ buffer }) => buffer as ArrayBuffer),
      );
      return values.size;
    } finally {
      loaded.destroy();
    }
  }

  const standalone = ({ text, trials, units }: StandaloneRun, signal: AbortSignal): Promise<number> =>
    engine.use(async ({ device }) => {
      const net = await start(readStandalone(text), device);
      try {
        let worst = 0;
        for (const { inputs, expected } of trials) {
          const outputs = await net.run(...inputs);
          worst = Math.max(worst, ...expected.map((wanted, i) => difference(wanted, outputs[i] ?? [], units[i]!)));
        }
        return worst;
      } finally {
        net.destroy();
      }
    }, signal);

  return {
    layers: (ticket, request, port) =>
      exclusive(ticket, 'checking layers', (context) => layers(request, port, context)),
    standalone: (ticket, run) => exclusive(ticket, 'running a file', ({ signal }) => standalone(run, signal)),
  };
}
