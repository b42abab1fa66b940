// Runs a verb's nets on the device that its options ask for or can be had, else on the CPU reference: one device and one plan a net, however many inputs.
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
  /** One inference, input in JS to outputs in JS; on WebGPU after one that warms up. */
  readonly ms: number;
  /** Copies of an input that one run took together (`--batch`): `ms` is of all of them. */
  readonly batch: number;
  /** Input → output → values. */
  readonly outputs: readonly (readonly Float32Array[])[];
}

interface Loaded {
  readonly open: OpenDevice;
  readonly program: Program;
  readonly batch: number;
}

export class NetRunner {
  /** Undefined: there is no adapter, and the user asked for none. */
  #device: Promise<OpenDevice | undefined> | undefined;
  /** Undefined: the kernels do not take the net. */
  readonly #loaded = new Map<NetToRun, Loaded | undefined>();

  /** `verb`: whose messages these are. */
  constructor(
    private readonly verb: string,
    private readonly given: Given,
    private readonly console: Console,
  ) {}

  async run(model: NetToRun, inputs: readonly Float32Array[], batch = 1): Promise<Execution> {
    const loaded = await this.#load(model, batch);
    if (!loaded) return onCpu(model, inputs, batch);
    const { open, program } = loaded;
    const read = model.graph.outputs.map((node) => program.plan.outputs.findIndex((output) => output.node === node));
    const outputs: Float32Array[][] = [];
    let ms = 0;
    for (const input of inputs) {
      const all = copies(input, batch);
      const started = performance.now();
      const found = await program.run([all], { read });
      if (outputs.length === 0) ms = performance.now() - started;
      outputs.push(found.map((values) => values.slice(0, values.length / batch)));
    }
    const { vendor, architecture, description, software } = open.adapter;
    return { device: 'webgpu', adapter: { vendor, architecture, description, software }, ms, batch, outputs };
  }

  async close(): Promise<void> {
    for (const loaded of this.#loaded.values()) loaded?.program.destroy();
    this.#loaded.clear();
    (await this.#device?.catch(() => undefined))?.device.destroy();
    this.#device = undefined;
  }

  /** Undefined: the CPU's. */
  async #load(model: NetToRun, batch: number): Promise<Loaded | undefined> {
    const known = this.#loaded.get(model);
    if (known?.batch === batch || (!known && this.#loaded.has(model))) return known;
    this.#device ??= this.#open();
    const open = await this.#device;
    const made = open && (await this.#program(open, model, batch));
    known?.program.destroy();
    const loaded = open && made && { open, program: made, batch };
    this.#loaded.set(model, loaded);
    return loaded;
  }

  async #open(): Promise<OpenDevice | undefined> {
    const { given } = this;
    const [device, adapter] = [given.word('device'), given.word('adapter')];
    if (device === 'cpu') {
      if (adapter !== undefined || given.word('precision') !== undefined)
        throw new UsageError('--adapter and --precision belong to --device webgpu.');
      return undefined;
    }
    try {
      return await openGpu(adapter);
    } catch (error) {
      if (device === 'webgpu' || adapter !== undefined || !(error instanceof UsageError)) throw error;
      this.#onCpuSince(`there is no WebGPU adapter: ${error.message}`);
      return undefined;
    }
  }

  async #program(open: OpenDevice, model: NetToRun, batch: number): Promise<Program | undefined> {
    let net: ReturnType<NetToRun['load']>;
    try {
      net = model.load(open, batch);
    } catch (error) {
      if (this.given.word('device') === 'webgpu' || !(error instanceof NetError)) throw error;
      this.#onCpuSince(`the kernels do not take this net: ${error.message}`);
      return undefined;
    }
    const { plan, tensors } = net;
    const program = await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) });
    // The first run of a plan is not timed: it warms up.
    await program.run(plan.inputs.map(({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1))));
    return program;
  }

  #onCpuSince(why: string): void {
    this.console.err(`bottleneck ${this.verb}: on the CPU reference, since ${why}`);
  }
}

function copies(input: Float32Array, batch: number): Float32Array {
  if (batch === 1) return input;
  const all = new Float32Array(batch * input.length);
  for (let i = 0; i < batch; i++) all.set(input, i * input.length);
  return all;
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
