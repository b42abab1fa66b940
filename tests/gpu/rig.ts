// What GPU tests share: the adapter of their tier, and a record of every GPU error that nobody caught.
import { adapterNames, requestNodeAdapter } from '../../src/cli/adapters.ts';
import type { AdapterName } from '../../src/cli/adapters.ts';

/** The tier's adapter; software drivers exist on Linux only, so elsewhere the tests run on the system's own GPU. */
export const adapterName = nameFrom(process.env['BOTTLENECK_ADAPTER']);

function nameFrom(text = 'swiftshader'): AdapterName {
  const name = adapterNames.find((known) => known === text);
  if (!name) throw new Error(`BOTTLENECK_ADAPTER is "${text}": it must be one of ${adapterNames.join(', ')}.`);
  return name === 'swiftshader' && process.platform !== 'linux' ? 'default' : name;
}

/** Dawn on the tier's adapter: the same object at each call. */
export async function gpu(): Promise<GPU> {
  return (await requestNodeAdapter(adapterName)).gpu;
}

const devices = new Set<GPUDevice>();
const uncaptured: string[] = [];

/** From now on notes the uncaptured errors of every device, whoever opens it. */
export async function watchDevices(gpu: GPU): Promise<void> {
  const adapter = await gpu.requestAdapter();
  const prototype = Object.getPrototypeOf(adapter) as GPUAdapter;
  const requestDevice = prototype.requestDevice;
  prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.add(device);
    void device.lost.then(() => devices.delete(device));
    device.addEventListener('uncapturederror', ({ error }) => uncaptured.push(error.message));
    return device;
  };
}

/** The errors since the last call, once the devices have finished what they were given. */
export async function takeUncapturedErrors(): Promise<string[]> {
  await Promise.all([...devices].map((device) => device.queue.onSubmittedWorkDone()));
  return uncaptured.splice(0);
}
