// Runs a net once for each input, on the device that the options ask for or can be had, else on the CPU reference.
import { firstRate } from '../graph/plan/schedule.ts';
import type { AdapterIdentity, OpenDevice } from '../workers/engine/device.ts';
import { Program } from '../workers/engine/program.ts';
import { openGpu } from './gpu-device.ts';
import type { NetToRun } from './runnable.ts';
import { NetError, UsageError, type Console, type Given } from './verb.ts';

export interface Execution {
  readonly device: 'webgpu' | 'cpu';
  /** Null on the CPU. */
  readonly adapter: Pick<AdapterIdentity, 'vendor' | 'architecture' | 'description' | 'software'> | null;
  /** One inference, input in JS to outputs in JS; on WebGPU the second one, since the first also warms up. */
  readonly ms: number;
  /** Copies of an input that one run took together (`--batch`): `ms` is of all of them. */
  readonly batch: number;
  /** Input → output → values. */
  readonly outputs: readonly (readonly Float32Array[])[];
}

export async function executeNet(
  given: Given,
  model: NetToRun,
  inputs: readonly Float32Array[],
  console: Console,
): Promise<Execution> {
  const device = given.word('device');
  const batch = given.number('batch') ?? 1;
  if (device === 'cpu') {
    if (given.word('adapter') !== undefined || given.word('precision') !== undefined) {
      throw new UsageError('--adapter and --precision belong to --device webgpu.');
    }
    return onCpu(model, inputs, batch);
  }
  let open: OpenDevice;
  try {
    open = await openGpu(given.word('adapter'));
  } catch (error) {
    if (device === 'webgpu' || given.word('adapter') !== undefined || !(error instanceof UsageError)) throw error;
    console.err(`bottleneck run: on the CPU reference, since there is no WebGPU adapter: ${error.message}`);
    return onCpu(model, inputs, batch);
  }
  let loaded: ReturnType<NetToRun['load']>;
  try {
    loaded = model.load(open, batch);
  } catch (error) {
    if (device === 'webgpu' || !(error instanceof NetError)) throw error;
    console.err(`bottleneck run: on the CPU reference, since the kernels do not take this net: ${error.message}`);
    open.device.destroy();
    return onCpu(model, inputs, batch);
  }
  const { plan, tensors } = loaded;
  const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
  const read = model.graph.outputs.map((node) => plan.outputs.findIndex((output) => output.node === node));
  const copies = (input: Float32Array): Float32Array => {
    const all = new Float32Array(batch * input.length);
    for (let i = 0; i < batch; i++) all.set(input, i * input.length);
    return all;
  };
  const [first] = inputs;
  if (first) await program.run([copies(first)], { read });
  const outputs: Float32Array[][] = [];
  let ms = 0;
  for (const input of inputs) {
    const all = copies(input);
    const started = performance.now();
    const found = await program.run([all], { read });
    if (outputs.length === 0) ms = performance.now() - started;
    outputs.push(found.map((values) => values.slice(0, values.length / batch)));
  }
  program.destroy();
  open.device.destroy();
  const { vendor, architecture, description, software } = open.adapter;
  return { device: 'webgpu', adapter: { vendor, architecture, description, software }, ms, batch, outputs };
}

function onCpu(model: NetToRun, inputs: readonly Float32Array[], batch: number): Execution {
  if (batch > 1) throw new UsageError('--batch is for --device webgpu; the CPU reference takes one input a run.');
  let ms = 0;
  const outputs = inputs.map((input, i) => {
    const started = performance.now();
    const found = model.reference(input);
    if (i === 0) ms = performance.now() - started;
    return found;
  });
  return { device: 'cpu', adapter: null, ms, batch, outputs };
}
