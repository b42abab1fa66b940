// A plan made real on one device: everything is created at load; a run is one write, one encoder, one pass, one submit and one mapped read.
import { packWeight, type Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Plan, PlanDispatch, PlanTensor } from '../../graph/plan/plan.ts';
import { planRows } from '../../graph/plan/print.ts';
import { debug } from './debug.ts';
import { layoutFor, pipelineFor, type OpenDevice } from './device.ts';
import { SharedBuffers, type Constant } from './shared-buffers.ts';
import { estimateMs, learn, runsToLearn, submitRanges, type Throughput } from '../../graph/plan/schedule.ts';
import { ReadBack } from './read-back.ts';
import { store, storedBytes } from './stored-tensor.ts';

/** The device could not hold the net. The message is a sentence for the user. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

export interface LoadTimes {
  /** All pipelines, in parallel, wall clock. */
  readonly compileMs: number;
  /** Packing, rounding and writing the weights, wall clock. */
  readonly uploadMs: number;
}

export interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: PlanDispatch['workgroups'];
}

export interface RunOptions {
  /** Indices into `Plan.outputs`; default: the first output. */
  readonly read?: readonly number[];
  /** Checked before every submit. */
  readonly signal?: AbortSignal;
  /** Records work before the net's own, in the same submit: what writes the input when a run is given none. */
  readonly before?: (encoder: GPUCommandEncoder) => void;
  /** Work behind the net's own, in the same submit, and what is read back of it: the last result, as bits. */
  readonly after?: { record(encoder: GPUCommandEncoder): void; readonly result: GPUBufferBinding & { size: number } };
}

export class Program {
  private readonly readBack: ReadBack;
  private readonly scratch: ArrayBuffer[];
  private inFlight = 0;
  /** Latencies of the last few runs, milliseconds. */
  private readonly recent: number[] = [];
  /** Set while a run of several submits is between two of them: no other run may write the buffers then. */
  private splitting: Promise<void> | undefined;
  /** Validated until one run has gone through without an error. */
  private proven = false;

  private constructor(
    readonly open: OpenDevice,
    readonly plan: Plan,
    readonly dispatches: readonly BoundDispatch[],
    /** Activation buffers, by the plan's slot index. */
    readonly slots: readonly GPUBuffer[],
    /** Undefined where they are others' too. */
    private readonly own: SharedBuffers | undefined,
    readonly loadTimes: LoadTimes,
    readonly rate: Throughput,
  ) {
    this.scratch = plan.inputs.map((input) => new ArrayBuffer(storedBytes(input)));
    this.readBack = new ReadBack(open.device, slots);
  }

  /**
   * Compiles all pipelines in parallel and uploads the weights. On a lost device the promises in here resolve all the same: the
   * caller checks its generation afterwards.
   * Throws {@link OutOfMemoryError}, ShaderError, or Error when a tensor is missing.
   */
  static async load(
    open: OpenDevice,
    plan: Plan,
    tensors: Tensors,
    options: { rate: Throughput; onProgress?: (done: number, total: number) => void; shared?: SharedBuffers },
  ): Promise<Program> {
    debug('plan', () =>
      planRows(plan)
        .map((cells) => cells.join('\t'))
        .join('\n'),
    );
    debug('wgsl', () => plan.modules.join('\n\n'));
    const { device } = open;
    const access = plan.dispatches.map((d) => d.bindings.map((b) => ('slot' in b && b.write ? 'w' : 'r')).join(''));
    const total = plan.modules.length + plan.weights.length;
    let done = 0;
    const step = (): void => options.onProgress?.(++done, total);

    const compileStart = performance.now();
    const firstUse = plan.modules.map((_, module) => plan.dispatches.findIndex((d) => d.module === module));
    const compiling = Promise.all(
      plan.modules.map(async (wgsl, module) => {
        const index = firstUse[module] as number;
        const pipeline = await pipelineFor(
          open,
          wgsl,
          access[index] as string,
          (plan.dispatches[index] as PlanDispatch).kernel,
        );
        step();
        return pipeline;
      }),
    );
    let compileMs = 0;
    const timed = compiling.then((pipelines) => {
      compileMs = performance.now() - compileStart;
      return pipelines;
    });
    timed.catch(() => undefined);

    const buffers = options.shared ?? new SharedBuffers([plan]);
    const own = options.shared ? undefined : buffers;
    try {
      device.pushErrorScope('out-of-memory');
      const slots = buffers.slots(device, plan);
      const constants = buffers.constants(device, plan);
      const memory = await device.popErrorScope();
      if (memory)
        throw new OutOfMemoryError(
          `${plan.net} needs ${mebibytes(plan.weightBytes + plan.activationBytes)} and the GPU has no room for it; close other pages or use a smaller net or input`,
        );

      const uploadStart = performance.now();
      plan.weights.forEach((weight, i) => {
        const constant = constants[i] as Constant;
        if (!constant.written)
          device.queue.writeBuffer(constant.buffer, 0, packWeight(weight, plan.precision, tensors));
        constant.written = true;
        step();
      });
      const uploadMs = performance.now() - uploadStart;
      const pipelines = await timed;
      device.pushErrorScope('validation');
      const dispatches = plan.dispatches.map((dispatch, i): BoundDispatch => ({
        pipeline: pipelines[dispatch.module] as GPUComputePipeline,
        workgroups: dispatch.workgroups,
        group: device.createBindGroup({
          label: dispatch.kernel,
          layout: layoutFor(open, access[i] as string),
          entries: dispatch.bindings.map((binding, index) => ({
            binding: index,
            resource:
              'slot' in binding
                ? { buffer: slots[binding.slot] as GPUBuffer, offset: binding.offset, size: binding.bytes }
                : { buffer: (constants[binding.weight] as Constant).buffer },
          })),
        }),
      }));
      const invalid = await device.popErrorScope();
      debug('timing', () => `${plan.net}: compile ${compileMs.toFixed(1)} ms, upload ${uploadMs.toFixed(1)} ms`);
      if (invalid) throw new Error(`the plan of ${plan.net} does not fit this device: ${invalid.message}`);
      return new Program(open, plan, dispatches, slots, own, { compileMs, uploadMs }, options.rate);
    } catch (error) {
      own?.destroy();
      throw error;
    }
  }

  /** Writes one input in its logical layout (channel last, unpadded). Throws when the length is wrong. */
  writeInput(index: number, data: Float32Array): void {
    const tensor = this.plan.inputs[index] as PlanTensor;
    const bytes = this.scratch[index] as ArrayBuffer;
    store(tensor, data, bytes);
    this.open.device.queue.writeBuffer(this.slots[tensor.slot] as GPUBuffer, tensor.offset, bytes);
  }

  /** Records dispatches `[from, to)` into a pass. */
  record(pass: GPUComputePassEncoder, from = 0, to = this.dispatches.length): void {
    for (let i = from; i < to; i++) {
      const { pipeline, group, workgroups } = this.dispatches[i] as BoundDispatch;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
  }

  /** Half-open ranges of dispatches, one submit each; one range unless the whole net is estimated at over 100 ms. */
  submits(): readonly (readonly [number, number])[] {
    return submitRanges(this.plan.dispatches.map((dispatch) => estimateMs(dispatch, this.rate)));
  }

  /**
   * One inference. Resolves with the outputs asked for, in their logical layout, and what `after` gave.
   * Rejects with the signal's reason when aborted (no later than the submit in flight), with Error when the device is lost or a
   * first run is invalid.
   */
  async run(
    inputs: readonly Float32Array[],
    { read = [0], signal, before, after }: RunOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const { device } = this.open;
    const outputs = read.map((index) => this.plan.outputs[index] as PlanTensor);
    const start = performance.now();
    const alone = this.inFlight++ === 0;
    while (this.splitting) await this.splitting;
    const ranges = this.submits();
    let whole: () => void = () => undefined;
    if (ranges.length > 1)
      this.splitting = new Promise<void>((resolve) => (whole = resolve)).then(() => (this.splitting = undefined));
    const checked = !this.proven;
    if (checked) device.pushErrorScope('validation');
    const taken = this.readBack.take(outputs, after?.result);
    try {
      inputs.forEach((data, index) => this.writeInput(index, data));
      for (const [from, to] of ranges) {
        const encoder = device.createCommandEncoder();
        if (from === 0) before?.(encoder);
        const pass = encoder.beginComputePass();
        this.record(pass, from, to);
        pass.end();
        const last = to === this.dispatches.length;
        if (last) {
          after?.record(encoder);
          taken.copy(encoder);
        }
        device.queue.submit([encoder.finish()]);
        if (!last) {
          await device.queue.onSubmittedWorkDone();
          signal?.throwIfAborted();
        }
      }
    } catch (error) {
      taken.giveBack();
      if (checked) device.popErrorScope().catch(() => undefined);
      this.inFlight--;
      throw error;
    } finally {
      whole();
    }
    try {
      const invalid = checked ? await device.popErrorScope() : null;
      if (invalid) throw new Error(`the first run of ${this.plan.net} is invalid on this device: ${invalid.message}`);
      const results = await taken.read();
      this.proven = true;
      // Only a run that waited for no other one says how fast the device is.
      const ms = performance.now() - start;
      debug('timing', () => `${this.plan.net}: ${ms.toFixed(2)} ms in ${ranges.length} submits`);
      if (alone && this.inFlight === 1) this.lookAt(ms);
      return results;
    } finally {
      this.inFlight--;
    }
  }

  private lookAt(ms: number): void {
    this.recent.push(ms);
    if (this.recent.length < runsToLearn) return;
    learn(this.rate, this.plan.dispatches, Math.min(...this.recent));
    this.recent.length = 0;
  }

  /** Frees all buffers; compiled pipelines stay with the device. */
  destroy(): void {
    this.own?.destroy();
    this.readBack.destroy();
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1048576)} MiB`;
