// Entry of the worker that quantizes; the page's first message only starts it.
import { serveQuantize, type QuantizeScope } from './jobs/quantize/serve.ts';

self.addEventListener('message', () => serveQuantize(self as unknown as QuantizeScope, () => navigator.gpu), {
  once: true,
});
