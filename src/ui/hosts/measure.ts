// The page's side of the job that measures, for what is measured on request: this device, pairs of nets, operators.
import type { JobClient } from '../../workers/border/client.ts';
import type { MeasureCalls } from '../../workers/jobs/measure/protocol.ts';
import { gpuClient } from './gpu-client.ts';

export const measureHost: JobClient<MeasureCalls> = gpuClient.job<MeasureCalls>('measure');
