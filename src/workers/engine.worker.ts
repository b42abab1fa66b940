// Entry of the page's GPU worker: the only place in the browser that holds a GPUDevice.
import { debugWords, startDebug } from './engine/debug.ts';
import { serveEngine } from './border/serve.ts';

startDebug(debugWords(self.name), (text) => console.debug(text));
serveEngine(self, () => navigator.gpu);
