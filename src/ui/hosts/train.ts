// The page's side of the job that trains, in a worker of its own.
import { WorkerClient, type JobClient, type JobListener } from '../../workers/border/client.ts';
import type { TrainCalls, TrainProgress } from '../../workers/jobs/train/protocol.ts';
import workerUrl from '../../workers/train.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

export type TrainClient = JobClient<TrainCalls>;

/** One node of a large net keeps the worker from saying that it lives; a real hang is longer. */
const deadAfterMs = 120_000;

export const trainHost = (listener: JobListener<TrainProgress>): TrainClient =>
  new WorkerClient({ spawn: () => startWorker(workerUrl, 'train'), deadAfterMs }).job('train', listener);
