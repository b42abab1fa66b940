// The page's side of the job that looks at pictures.
import type { JobListener } from '../../workers/border/client.ts';
import type { VisionClient } from '../../workers/jobs/vision/client.ts';
import type { VisionEvent } from '../../workers/jobs/vision/protocol.ts';
import { gpuClient } from './gpu-client.ts';

export const visionHost = (listener: JobListener<VisionEvent>): VisionClient => gpuClient.job('vision', listener);
