// ONNX Runtime Web's WebGPU provider, with graph capture where it can.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import type { Peer } from './peer.ts';

/** A session with graph capture (the flag sits on the provider), or one without where the net has parts that run elsewhere. */
async function sessionOf(model: Uint8Array) {
  const create = (graphCapture: boolean): Promise<InferenceSession> =>
    InferenceSession.create(model, {
      executionProviders: [
        graphCapture
          ? ({ name: 'webgpu', enableGraphCapture: true } as InferenceSession.ExecutionProviderConfig)
          : 'webgpu',
      ],
      ...(graphCapture && { enableGraphCapture: true, preferredOutputLocation: 'gpu-buffer' as const }),
      logSeverityLevel: 3,
    });
  try {
    return { session: await create(true), graphCapture: true };
  } catch {
    return { session: await create(false), graphCapture: false };
  }
}

export const ortWebgpu: Peer = {
  async open(subject, { ortWebgpu: { script, wasm } }) {
    env.wasm.wasmPaths = { mjs: script, wasm };
    env.wasm.numThreads = 1;
    const { session, graphCapture } = await sessionOf(subject.onnx());
    const [batch = 1, height = 1, width = 1, channels = 1] = subject.shape;
    const shape = [batch, channels, height, width];
    const output = subject.graph.outputs[0] as string;
    const version = env.versions.web ?? env.versions.common;
    if (!graphCapture)
      return {
        version,
        how: 'no graph capture',
        run: async ({ nchw }) =>
          (await session.run({ input: new Tensor('float32', nchw, shape) }))[output]?.data as Float32Array,
        end: () => session.release(),
      };
    // Input and output stay in GPU buffers, as capture demands.
    const device = await env.webgpu.device;
    const bytes = shape.reduce((a, b) => a * b, 4);
    const buffer = device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage: 0x80 | 0x8 | 0x4 });
    const input = Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape });
    return {
      version,
      how: 'graph capture',
      async run({ nchw }) {
        device.queue.writeBuffer(buffer, 0, nchw as Float32Array<ArrayBuffer>);
        return (await (await session.run({ input }))[output]!.getData()) as Float32Array;
      },
      async end() {
        await session.release();
        buffer.destroy();
      },
    };
  },
};
