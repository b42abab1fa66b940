// The page's side of the job for model files.
import type { JobClient } from '../../workers/border/client.ts';
import type { FilesCalls } from '../../workers/jobs/files/protocol.ts';
import { gpuClient } from './gpu-client.ts';

let client: JobClient<FilesCalls> | undefined;
export const filesHost = (): JobClient<FilesCalls> => (client ??= gpuClient.job<FilesCalls>('files'));
