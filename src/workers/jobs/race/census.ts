// Every WebGPU call of the page, counted by hooks on the prototypes: the proof that a runtime ran on WebGPU, and how.

/** GPU calls of one inference. */
export interface Calls {
  dispatches: number;
  passes: number;
  submits: number;
  bindGroups: number;
  buffers: number;
  writeBuffers: number;
}

const calls: Calls = { dispatches: 0, passes: 0, submits: 0, bindGroups: 0, buffers: 0, writeBuffers: 0 };

function count(prototype: object, method: string, key: keyof Calls): void {
  const target = prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = target[method] as (...args: unknown[]) => unknown;
  target[method] = function (this: unknown, ...args: unknown[]) {
    calls[key]++;
    return original.apply(this, args);
  };
}
count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches');
count(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'dispatches');
count(GPUCommandEncoder.prototype, 'beginComputePass', 'passes');
count(GPUQueue.prototype, 'submit', 'submits');
count(GPUQueue.prototype, 'writeBuffer', 'writeBuffers');
count(GPUDevice.prototype, 'createBindGroup', 'bindGroups');
count(GPUDevice.prototype, 'createBuffer', 'buffers');

/** The calls made while `run` runs; nothing else may use a GPU meanwhile. */
export async function counted(run: () => Promise<unknown>): Promise<Calls> {
  const before = { ...calls };
  await run();
  return Object.fromEntries(
    Object.entries(calls).map(([key, value]) => [key, value - before[key as keyof Calls]]),
  ) as unknown as Calls;
}
