// Entry of the page's one GPU worker: the only place in the browser that holds a GPUDevice, and the table of what is done with it.
import { serveJobs } from './border/serve.ts';
import { storedChoices } from './engine/choice-store.ts';
import { debugWords, startDebug } from './engine/debug.ts';
import { DeviceChoices } from './engine/device-choices.ts';
import { files } from './jobs/files/serve.ts';
import { kernels } from './jobs/kernels/serve.ts';
import { measure } from './jobs/measure/serve.ts';
import { quantize } from './jobs/quantize/serve.ts';
import { race } from './jobs/race/serve.ts';
import { studyOnGpu, trainOnGpu } from './jobs/train/gpu-job.ts';
import { vision } from './jobs/vision/serve.ts';

startDebug(debugWords(self.name), (text) => console.debug(text));
serveJobs(
  self,
  [measure, kernels, vision, quantize, files, trainOnGpu, studyOnGpu, race],
  () => navigator.gpu,
  new DeviceChoices(storedChoices, navigator.userAgent),
);
