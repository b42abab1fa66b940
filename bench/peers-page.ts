// Runs in the browser: one net on our engine and on ONNX Runtime's WebGPU provider, same weights, same input, interleaved, with every GPU call counted.
import * as ort from 'onnxruntime-web/webgpu';
import { exportOnnx } from '../src/graph/formats/onnx/export.ts';
import { generateTensor } from '../src/graph/inspect/golden.ts';
import { expand } from '../src/graph/blocks/expand.ts';
import type { Tensors } from '../src/gpu-kernels/packing/weight-expr.ts';
import type { Numbers } from '../src/gpu-kernels/step.ts';
import type { InferredGraph, Params } from '../src/graph/ir/graph.ts';
import { assemblePlan, makePlan } from '../src/graph/plan/make-plan.ts';
import type { Plan } from '../src/graph/plan/plan.ts';
import { resolvePreset } from '../src/graph/presets/resolve.ts';
import { calibrate } from '../src/graph/quant/calibrate.ts';
import { foldNet } from '../src/graph/quant/fold.ts';
import { fusedIntegerProgram } from '../src/graph/quant/integer-program.ts';
import { exportQdqOnnx } from '../src/graph/quant/qdq-onnx.ts';
import { quantizeNet } from '../src/graph/quant/quantize.ts';
import { runFolded } from '../src/graph/quant/run-program.ts';
import { nchwToNhwc } from '../src/graph/ir/reference.ts';
import { firstRate } from '../src/graph/plan/schedule.ts';
import { graphParams } from '../src/graph/weights/weights.ts';
import { openDevice, type OpenDevice } from '../src/workers/engine/device.ts';
import { Program } from '../src/workers/engine/program.ts';

/** GPU calls of one inference, counted by hooks on the WebGPU prototypes: proof that a runtime ran on WebGPU, and how. */
export interface Calls {
  dispatches: number;
  passes: number;
  submits: number;
  bindGroups: number;
  buffers: number;
  writeBuffers: number;
}

export interface PeerRow {
  readonly net: string;
  readonly input: number;
  /** `int8`: ours in integers, theirs the same quantized net as QuantizeLinear and DequantizeLinear pairs. */
  readonly precision: 'f32' | 'int8';
  readonly oursMs: number;
  readonly ours: { readonly p90Ms: number; readonly calls: Calls };
  readonly peers: {
    readonly ortWebgpu: {
      readonly ms: number;
      readonly p90Ms: number;
      readonly version: string;
      readonly graphCapture: boolean;
      readonly dispatches: number;
      readonly calls: Calls;
    };
  };
  /** Median of ours / median of ONNX Runtime. */
  readonly ratio: number;
  readonly wins: number;
  readonly pairs: number;
  /** Largest |ours − theirs| over the logits, in their standard deviations. */
  readonly difference: number;
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
count(GPUCommandEncoder.prototype, 'beginComputePass', 'passes');
count(GPUQueue.prototype, 'submit', 'submits');
count(GPUQueue.prototype, 'writeBuffer', 'writeBuffers');
count(GPUDevice.prototype, 'createBindGroup', 'bindGroups');
count(GPUDevice.prototype, 'createBuffer', 'buffers');

async function counted(run: () => Promise<unknown>): Promise<Calls> {
  const before = { ...calls };
  await run();
  return Object.fromEntries(
    Object.entries(calls).map(([key, value]) => [key, value - before[key as keyof Calls]]),
  ) as unknown as Calls;
}

let opened: Promise<OpenDevice> | undefined;

/** A net in one precision: our plan with its constants, and the peer's file. */
interface Subject {
  readonly model: Uint8Array;
  load(open: OpenDevice): { readonly plan: Plan; readonly tensors: Tensors };
}

const inFloats = (graph: InferredGraph, params: Params): Subject => ({
  model: exportOnnx(graph, params),
  load: (open) => ({
    plan: makePlan(graph, { caps: open.capabilities, limits: open.limits }),
    tensors: (name) => params.get(name) as Float32Array,
  }),
});

/** Calibrated on the picture that is raced: what is measured is time. */
async function inIntegers(graph: InferredGraph, params: Params, picture: Float32Array): Promise<Subject> {
  const folded = foldNet(graph, params);
  const calibration = await calibrate(folded, runFolded(folded), [picture], { histograms: false });
  const recipe = { calibration: 'max', pictures: 1, perChannel: true, equalized: false, float: [] };
  const net = quantizeNet(folded, calibration.ranges('max'), recipe);
  return {
    model: exportQdqOnnx(net),
    load(open) {
      const { program, constants } = fusedIntegerProgram(net, open.capabilities);
      return {
        plan: assemblePlan(graph, program, { caps: open.capabilities, limits: open.limits }),
        tensors: (name) => constants.get(name) as Numbers,
      };
    },
  };
}

/** Ours: everything made at load; a run uploads the picture and reads the logits back. */
async function ours(subject: Subject) {
  const open = await (opened ??= openDevice(navigator.gpu));
  const { plan, tensors } = subject.load(open);
  const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
  return {
    adapter: open.adapter,
    run: async (input: Float32Array): Promise<Float32Array> => (await program.run([input]))[0] as Float32Array,
    end: () => {
      program.destroy();
    },
  };
}

/** ONNX Runtime with graph capture where it can (the flag sits on the provider); input and output stay in GPU buffers, as capture demands. */
async function theirs(model: Uint8Array, shape: readonly number[], outputName: string) {
  const create = (graphCapture: boolean) =>
    ort.InferenceSession.create(model, {
      executionProviders: [
        graphCapture
          ? ({ name: 'webgpu', enableGraphCapture: true } as ort.InferenceSession.ExecutionProviderConfig)
          : 'webgpu',
      ],
      ...(graphCapture && { enableGraphCapture: true, preferredOutputLocation: 'gpu-buffer' as const }),
      logSeverityLevel: 3,
    });
  let graphCapture = true;
  let session: ort.InferenceSession;
  try {
    session = await create(true);
  } catch {
    graphCapture = false;
    session = await create(false);
  }
  if (!graphCapture) {
    return {
      graphCapture,
      run: async (input: Float32Array) =>
        (await session.run({ input: new ort.Tensor('float32', input, shape) }))[outputName]?.data as Float32Array,
      end: () => session.release(),
    };
  }
  const device = await ort.env.webgpu.device;
  const bytes = shape.reduce((a, b) => a * b, 4);
  const buffer = device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage: 0x80 | 0x8 | 0x4 });
  const tensor = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape });
  return {
    graphCapture,
    run: async (input: Float32Array) => {
      device.queue.writeBuffer(buffer, 0, input as Float32Array<ArrayBuffer>);
      const output = (await session.run({ input: tensor }))[outputName] as ort.Tensor;
      return (await output.getData()) as Float32Array;
    },
    end: async () => {
      await session.release();
      buffer.destroy();
    },
  };
}

function build(net: string) {
  const preset = resolvePreset(net);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph, problems } = expand(preset.architecture, net);
  if (!graph) throw new Error(problems[0]?.message ?? `${net} cannot be built`);
  return { graph };
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
};
const median = (values: readonly number[]): number => (quantile(values, 0.5) + quantile(values, 0.5 - 1e-9)) / 2;

async function race(
  net: string,
  pairs: number,
  warmUp: number,
  precision: PeerRow['precision'] = 'f32',
): Promise<{ adapter: unknown; row: PeerRow }> {
  const { graph } = build(net);
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('a', name, shape)]));
  const [batch, height, width, channels] = graph.facts.get('input')?.shape as [number, number, number, number];
  const nchw = generateTensor('a', 'input', [batch, channels, height, width]).map((value) => value);
  const nhwc = nchwToNhwc(nchw, [batch, height, width, channels]);
  const subject = precision === 'int8' ? await inIntegers(graph, params, nhwc) : inFloats(graph, params);
  const peer = await theirs(subject.model, [batch, channels, height, width], graph.outputs[0] as string);
  const own = await ours(subject);
  let expected: Float32Array = new Float32Array();
  let got: Float32Array = new Float32Array();
  for (let i = 0; i < warmUp; i++) {
    expected = Float32Array.from(await peer.run(nchw));
    got = await own.run(nhwc);
  }
  const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
  const deviation = Math.sqrt(expected.reduce((a, b) => a + (b - mean) ** 2, 0) / expected.length);
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - (got[i] as number)))) / deviation;
  const oursCalls = await counted(() => own.run(nhwc));
  const peerCalls = await counted(() => peer.run(nchw));
  const time = async (run: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const [a, b]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    // The order swaps from pair to pair, so that neither always runs on a warm machine.
    if (pair % 2 === 0) a.push(await time(() => own.run(nhwc)));
    b.push(await time(() => peer.run(nchw)));
    if (pair % 2 === 1) a.push(await time(() => own.run(nhwc)));
  }
  await peer.end();
  own.end();
  return {
    adapter: own.adapter,
    row: {
      net,
      input: height,
      precision,
      oursMs: median(a),
      ours: { p90Ms: quantile(a, 0.9), calls: oursCalls },
      peers: {
        ortWebgpu: {
          ms: median(b),
          p90Ms: quantile(b, 0.9),
          version: ort.env.versions.web ?? ort.env.versions.common,
          graphCapture: peer.graphCapture,
          dispatches: peerCalls.dispatches,
          calls: peerCalls,
        },
      },
      ratio: median(a) / median(b),
      wins: a.filter((ms, i) => ms < (b[i] as number)).length,
      pairs,
      difference,
    },
  };
}

ort.env.wasm.wasmPaths = '/ort/';
ort.env.wasm.numThreads = 1;
Object.assign(globalThis, { race });
