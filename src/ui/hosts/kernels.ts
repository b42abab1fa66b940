// The page's side of the job about kernels.
import type { JobClient } from '../../workers/border/client.ts';
import type { KernelCalls } from '../../workers/jobs/kernels/protocol.ts';
import { gpuClient } from './gpu-client.ts';

export const kernelHost: JobClient<KernelCalls> = gpuClient.job<KernelCalls>('kernels');
