// Entry of the page's GPU worker: the only place in the browser that holds a GPUDevice.
import { serveEngine } from './serve.ts';

serveEngine(self, () => navigator.gpu);
