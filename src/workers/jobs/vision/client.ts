// The page's side of the job that looks at pictures.
import type { JobClient } from '../../border/client.ts';
import type { VisionCalls } from './protocol.ts';

export type VisionClient = JobClient<VisionCalls>;
