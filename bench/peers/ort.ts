// ONNX Runtime Web: its WebGPU provider, with graph capture where it can, and its WebAssembly provider with threads.
import * as wasm from 'onnxruntime-web/wasm';
import * as webgpu from 'onnxruntime-web/webgpu';
import { threads, type Peer, type Subject } from './peer.ts';

for (const { env } of [wasm, webgpu]) env.wasm.wasmPaths = '/ort/';
webgpu.env.wasm.numThreads = 1;
wasm.env.wasm.numThreads = threads;

const nchwOf = ({ shape }: Subject): readonly number[] => [shape[0]!, shape[3]!, shape[1]!, shape[2]!];
const version = (): string => webgpu.env.versions.web ?? webgpu.env.versions.common;

/** A session with graph capture (the flag sits on the provider), or one without where the net has parts that run elsewhere. */
async function webgpuSession(model: Uint8Array) {
  const create = (graphCapture: boolean): Promise<webgpu.InferenceSession> =>
    webgpu.InferenceSession.create(model, {
      executionProviders: [
        graphCapture
          ? ({
              name: 'webgpu',
              enableGraphCapture: true,
            } as webgpu.InferenceSession.ExecutionProviderConfig)
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
  key: 'ortWebgpu',
  title: 'ONNX Runtime WebGPU',
  on: 'WebGPU',
  async open(subject) {
    const { session, graphCapture } = await webgpuSession(subject.onnx());
    const shape = nchwOf(subject);
    const output = subject.graph.outputs[0] as string;
    if (!graphCapture)
      return {
        version: version(),
        how: 'no graph capture',
        run: async ({ nchw }) =>
          (await session.run({ input: new webgpu.Tensor('float32', nchw, shape) }))[output]?.data as Float32Array,
        end: () => session.release(),
      };
    // Input and output stay in GPU buffers, as capture demands.
    const device = await webgpu.env.webgpu.device;
    const bytes = shape.reduce((a, b) => a * b, 4);
    const buffer = device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage: 0x80 | 0x8 | 0x4 });
    const input = webgpu.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape });
    return {
      version: version(),
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

export const ortWasm: Peer = {
  key: 'ortWasm',
  title: 'ONNX Runtime WASM',
  on: 'WASM',
  async open(subject) {
    const session = await wasm.InferenceSession.create(subject.onnx(), {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    });
    const output = subject.graph.outputs[0] as string;
    return {
      version: version(),
      how: `${threads} threads`,
      run: async ({ nchw }) =>
        (await session.run({ input: new wasm.Tensor('float32', nchw, nchwOf(subject)) }))[output]?.data as Float32Array,
      end: () => session.release(),
    };
  },
};
