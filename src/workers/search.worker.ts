// Entry of the worker that searches: the page may end it at any moment, since it keeps nothing.
import { serveJobs } from './border/serve.ts';
import { search } from './jobs/search/serve.ts';

serveJobs(self, [search], () => undefined);
