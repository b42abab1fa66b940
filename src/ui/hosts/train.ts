// The page's side of the job that trains: in the GPU's worker, and in a worker of its own on the CPU.
import { WorkerClient, type JobClient, type JobListener } from '../../workers/border/client.ts';
import type { DeviceFacts, Outcome } from '../../workers/border/protocol.ts';
import type { TrainCalls, TrainedOn, TrainProgress } from '../../workers/jobs/train/protocol.ts';
import type { StudyCalls, StudyProgress } from '../../workers/jobs/train/study-protocol.ts';
import workerUrl from '../../workers/train.worker.ts?worker&url';
import { gpuClient } from './gpu-client.ts';
import { startWorker } from './trusted-worker.ts';

export type TrainClient = JobClient<TrainCalls>;

export interface TrainHost {
  readonly clients: Readonly<Record<TrainedOn, TrainClient>>;
  /** The device, or why there is none. */
  open(): Promise<Outcome<DeviceFacts>>;
}

/** One node of a large net keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

const cpuWorker = (): WorkerClient => new WorkerClient({ spawn: () => startWorker(workerUrl, 'train'), deadAfterMs });

export type StudyClient = JobClient<StudyCalls>;

/** On the CPU they have a worker to themselves, beside that of a run of training. */
export const studyClients = (listener: JobListener<StudyProgress>): Readonly<Record<TrainedOn, StudyClient>> => ({
  cpu: cpuWorker().job('study', listener),
  gpu: gpuClient.job('study', listener),
});

export const trainHost = (listener: JobListener<TrainProgress>): TrainHost => ({
  clients: {
    cpu: cpuWorker().job('train', listener),
    gpu: gpuClient.job('train', listener),
  },
  open: () => gpuClient.open(),
});
