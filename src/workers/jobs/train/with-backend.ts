// Where the jobs of this folder compute: the operators' references, or the device, which other jobs get between any two steps.
import { cpuBackend } from '../../../graph/train/cpu-backend.ts';
import type { TrainBackend } from '../../../graph/train/backend.ts';
import type { CallContext, JobHost } from '../../border/serve.ts';
import type { DeviceUse } from '../../engine/lasting-trainer.ts';
import { gpuTrainBackend } from '../../engine/train-backend.ts';
import type { TrainedOn } from './protocol.ts';
import type { TrialSize } from './step-cost.ts';

export async function withBackend<T>(
  { engine, lanes }: Pick<JobHost, 'engine' | 'lanes'>,
  on: TrainedOn,
  { signal, pause }: CallContext,
  work: (backend: TrainBackend, trial: TrialSize) => Promise<T>,
): Promise<T> {
  if (on === 'cpu') return work(cpuBackend(pause), { batch: 2, macs: 24e6 });
  const { adapter } = await engine.open();
  const description = adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(' ');
  const use: DeviceUse = (device, cancel) => lanes.shared(() => engine.use(device, cancel), cancel);
  const backend = gpuTrainBackend({ use, description, signal, pause });
  try {
    return await work(backend, { macs: adapter.software ? 24e6 : Infinity });
  } finally {
    backend.destroy();
  }
}
