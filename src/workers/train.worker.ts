// Entry of the worker that trains: on the CPU it takes minutes, so nothing else waits for it.
import { serveJobs } from './border/serve.ts';
import { train } from './jobs/train/serve.ts';
import { study } from './jobs/train/study-serve.ts';

serveJobs(self, [train, study], () => undefined);
