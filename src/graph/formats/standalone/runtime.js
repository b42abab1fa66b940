// What runs a net in a file of its own: a browser's WebGPU or any GPUDevice and nothing else. `net`: buffers, shaders and dispatches of a plan, its
// weights as base64. This text goes into the files, and the page runs the same before it offers one.
const bytesOf = (text) => {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};
const product = (shape) => shape.reduce((a, b) => a * b, 1);
const padded = ({ shape }) => (product(shape) / shape.at(-1)) * Math.ceil(shape.at(-1) / 4) * 4;

/** Rows of channels between their own length and a multiple of four. */
function copyRows(from, fromStride, to, toStride, channels) {
  for (let a = 0, b = 0; a < from.length && b < to.length; a += fromStride, b += toStride)
    for (let c = 0; c < channels; c++) to[b + c] = from[a + c];
  return to;
}

/** Compiles and uploads `net`. Without a device it asks the browser for one. */
export async function start(net, device) {
  if (!device) {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter();
    if (!adapter) throw new Error('This browser offers no WebGPU.');
    device = await adapter.requestDevice();
  }
  const STORAGE = 128,
    COPY_SRC = 4,
    COPY_DST = 8,
    MAP_READ = 1;
  const layouts = new Map();
  const layoutOf = (access) => {
    if (!layouts.has(access))
      layouts.set(
        access,
        device.createBindGroupLayout({
          entries: [...access].map((letter, binding) => ({
            binding,
            visibility: 4,
            buffer: { type: letter === 'w' ? 'storage' : 'read-only-storage' },
          })),
        }),
      );
    return layouts.get(access);
  };
  const accessOf = ({ bindings }) => bindings.map((b) => (b.write ? 'w' : 'r')).join('');
  const pipelines = await Promise.all(
    net.modules.map((code, module) => {
      const access = accessOf(net.dispatches.find((d) => d.module === module));
      return device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(access)] }),
        compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
      });
    }),
  );
  const slots = net.slots.map((size) => device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST }));
  const all = bytesOf(net.weightData);
  const weights = net.weights.map(([at, size]) => {
    const buffer = device.createBuffer({ size, usage: STORAGE | COPY_DST });
    device.queue.writeBuffer(buffer, 0, all, at, size);
    return buffer;
  });
  const dispatches = net.dispatches.map((d) => ({
    pipeline: pipelines[d.module],
    workgroups: d.workgroups,
    group: device.createBindGroup({
      layout: layoutOf(accessOf(d)),
      entries: d.bindings.map((b, binding) => ({
        binding,
        resource:
          'slot' in b ? { buffer: slots[b.slot], offset: b.offset, size: b.bytes } : { buffer: weights[b.weight] },
      })),
    }),
  }));

  /** One inference: an array an input, channel last, to an array an output. */
  async function run(...inputs) {
    net.inputs.forEach((tensor, i) => {
      const data = inputs[i];
      if (data?.length !== product(tensor.shape))
        throw new Error('Input ' + i + ' takes ' + tensor.shape.join(' × ') + ' numbers, not ' + data?.length + '.');
      const channels = tensor.shape.at(-1);
      const stored = copyRows(data, channels, new Float32Array(padded(tensor)), Math.ceil(channels / 4) * 4, channels);
      device.queue.writeBuffer(slots[tensor.slot], tensor.offset, stored);
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, workgroups } of dispatches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    const size = net.outputs.reduce((sum, tensor) => sum + 4 * padded(tensor), 0);
    const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    let at = 0;
    for (const tensor of net.outputs) {
      encoder.copyBufferToBuffer(slots[tensor.slot], tensor.offset, staging, at, 4 * padded(tensor));
      at += 4 * padded(tensor);
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const mapped = staging.getMappedRange();
    at = 0;
    const results = net.outputs.map((tensor) => {
      const channels = tensor.shape.at(-1);
      const stored = new Float32Array(mapped, at, padded(tensor));
      at += 4 * padded(tensor);
      return copyRows(stored, Math.ceil(channels / 4) * 4, new Float32Array(product(tensor.shape)), channels, channels);
    });
    staging.unmap();
    staging.destroy();
    return results;
  }
  const destroy = () => [...slots, ...weights].forEach((buffer) => buffer.destroy());
  return {
    run,
    destroy,
    device,
    inputs: net.inputs,
    outputs: net.outputs,
    preparation: net.preparation,
    labels: net.labels,
  };
}
