// Entry of the worker that quantises; the page's first message only starts it.
import { serveQuantise, type QuantiseScope } from './jobs/quantize/serve.ts';

self.addEventListener('message', () => serveQuantise(self as unknown as QuantiseScope, () => navigator.gpu), {
  once: true,
});
