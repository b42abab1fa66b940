// Training on a device: a step is one write, one pass, one submit and one read, and makes no object; the CPU's trainer says what it computes.
import type { Targets } from '../../graph/train/loss.ts';
import type { TensorPlace } from '../../graph/train/plan/nodes-plan.ts';
import { biasCorrection, control, STEP_ACCESS } from '../../graph/train/plan/step-kernels.ts';
import { HEADER, planStep, type StepPlan } from '../../graph/train/plan/step-plan.ts';
import type { TrainTensors } from '../../graph/train/run.ts';
import type { TrainGraph } from '../../graph/train/train-graph.ts';
import type { TrainerOptions, TrainerState } from '../../graph/train/backend.ts';
import type { Shape } from '../../gpu-kernels/shape.ts';
import { layoutFor, pipelineFor, type OpenDevice } from './device.ts';
import { bufferUsage, readBuffers, TrainProgram } from './train-program.ts';

export interface GpuStep {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly output: Float32Array;
  /** The update was left out: the loss or a gradient is not finite. */
  readonly skipped: boolean;
}

export interface GpuStepOptions {
  /** Checked before every submit: what the trainer holds changes in a step's last one only. */
  readonly signal?: AbortSignal | undefined;
  /** Submits of a batch; more of them where one would hold the device for long. Default: one. */
  readonly parts?: number;
}

type Buffers = Readonly<Record<'gradients' | 'memories' | 'averages' | 'table' | 'control' | 'staging', GPUBuffer>>;

export class GpuTrainer {
  /** Header, inputs and targets as one write takes them. */
  readonly #batch: Float32Array<ArrayBuffer>;
  readonly #output: TensorPlace;

  private constructor(
    readonly train: TrainGraph,
    readonly options: TrainerOptions,
    readonly plan: StepPlan,
    private readonly program: TrainProgram,
    private readonly buffers: Buffers,
    private readonly group: GPUBindGroup,
    private readonly pipelines: readonly GPUComputePipeline[],
  ) {
    const inputs = [...plan.nodes.inputs.values()];
    this.#batch = new Float32Array(Math.max(HEADER, ...inputs.map(({ at, length }) => at + length)));
    this.#output = plan.nodes.kept.get(train.output) as TensorPlace;
  }

  /** `start` is copied. Throws OutOfMemoryError with a sentence, ShaderError, or Error where an op has no kernel. */
  static async load(
    open: OpenDevice,
    train: TrainGraph,
    start: TrainTensors,
    options: TrainerOptions,
    plan = planStep(train, shapesOf(train, start), options),
  ): Promise<GpuTrainer> {
    const compiling = Promise.all(plan.after.map(({ wgsl, kernel }) => pipelineFor(open, wgsl, STEP_ACCESS, kernel)));
    compiling.catch(() => undefined);
    const program = await TrainProgram.load(open, plan.nodes);
    const { device } = open;
    const make = (label: string, floats: number, usage: number): GPUBuffer =>
      device.createBuffer({ label, size: 4 * Math.max(4, floats), usage });
    const storage = bufferUsage.storage | bufferUsage.copyDst | bufferUsage.copySrc;
    const outputs = plan.nodes.kept.get(train.output)?.length ?? 0;
    const buffers: Buffers = {
      gradients: make('gradients', plan.trainedFloats, storage),
      memories: make('optimizer', plan.optimizerFloats, storage),
      averages: make('averages', plan.averages ? plan.nodes.stateFloats : 0, storage),
      table: make('training chunks', plan.table.length, storage),
      control: make('training control', plan.controlFloats, storage),
      staging: make('training results', control.length + outputs, bufferUsage.mapRead | bufferUsage.copyDst),
    };
    device.queue.writeBuffer(buffers.table, 0, plan.table);
    const { gradients, memories, averages, table, control: verdict } = buffers;
    const group = device.createBindGroup({
      label: 'training step',
      layout: layoutFor(open, STEP_ACCESS),
      entries: [program.arena, program.state, gradients, memories, averages, table, verdict].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
    const trainer = new GpuTrainer(train, options, plan, program, buffers, group, await compiling);
    const zeros = new Map([...plan.trained].map(([name, { length }]) => [name, new Float32Array(length)]));
    const ones = new Map([...plan.trained].map(([name, { length }]) => [name, new Float32Array(length).fill(1)]));
    const second = options.optimizer.name === 'rmsprop_tf' ? ones : zeros;
    trainer.restore({ updates: 0, weights: start, averages: start, first: zeros, second });
    return trainer;
  }

  /**
   * One update at rate `lr`. `input` in the layout of the net's input; several batches one behind the other make one update by the mean
   * of their gradients, a submit each.
   */
  async step(
    input: Float32Array,
    targets: Targets,
    lr: number,
    { signal, parts = 1 }: GpuStepOptions = {},
  ): Promise<GpuStep> {
    const { train, plan, buffers, program } = this;
    const { device } = program.open;
    const size = (plan.nodes.inputs.get(train.input) as TensorPlace).length;
    const count = Math.max(1, Math.round(input.length / Math.max(1, size)));
    const outputs: Float32Array[] = [];
    let verdict = new Float32Array(control.length);
    for (let at = 0; at < count; at++) {
      signal?.throwIfAborted();
      this.#batch.set([lr, at === 0 ? 1 : 0, at === count - 1 ? 1 : 0, 1 / count]);
      this.#fill(train.input, input, at, count);
      for (const { name, id } of train.targets) this.#fill(id, targets[name] ?? [], at, count);
      device.queue.writeBuffer(program.arena, 0, this.#batch);
      const each = Math.ceil(program.recorded.length / parts);
      let done = 0;
      for (; done + each < program.recorded.length; done += each) {
        const part = device.createCommandEncoder();
        const pass = part.beginComputePass();
        program.record(pass, done, done + each);
        pass.end();
        device.queue.submit([part.finish()]);
        await device.queue.onSubmittedWorkDone();
        signal?.throwIfAborted();
      }
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.record(pass, done);
      pass.end();
      const bytes = 4 * control.length;
      encoder.copyBufferToBuffer(buffers.control, 0, buffers.staging, 0, bytes);
      encoder.copyBufferToBuffer(program.arena, 4 * this.#output.at, buffers.staging, bytes, 4 * this.#output.length);
      device.queue.submit([encoder.finish()]);
      await buffers.staging.mapAsync(1);
      const mapped = new Float32Array(buffers.staging.getMappedRange());
      verdict = mapped.slice(0, control.length);
      outputs.push(mapped.slice(control.length, control.length + this.#output.length));
      buffers.staging.unmap();
    }
    return {
      loss: verdict[control.loss] as number,
      gradientNorm: verdict[control.norm] as number,
      skipped: verdict[control.skipped] === 1,
      output:
        outputs.length === 1 ? (outputs[0] as Float32Array) : Float32Array.from(outputs.flatMap((own) => [...own])),
    };
  }

  /** Records a step's dispatches, from one of the nodes' on. */
  record(pass: GPUComputePassEncoder, from = 0): void {
    this.program.record(pass, from);
    this.plan.after.forEach(({ workgroups }, i) => {
      pass.setPipeline(this.pipelines[i] as GPUComputePipeline);
      pass.setBindGroup(0, this.group);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    });
  }

  #fill(id: string, values: ArrayLike<number>, part: number, parts: number): void {
    const { at, length } = this.plan.nodes.inputs.get(id) as TensorPlace;
    if (values.length !== parts * length)
      throw new RangeError(`"${id}" has ${values.length} values; ${parts * length} are needed`);
    for (let i = 0, from = part * length; i < length; i++) this.#batch[at + i] = values[from + i] as number;
  }

  async snapshot(): Promise<TrainerState> {
    const { plan, program, buffers, options } = this;
    const adam = 2 * plan.trainedFloats === plan.optimizerFloats;
    const [weights, averages, memories, verdict] = (await readBuffers(program.open.device, [
      [program.state, plan.nodes.stateFloats],
      [buffers.averages, plan.averages ? plan.nodes.stateFloats : 0],
      [buffers.memories, plan.optimizerFloats],
      [buffers.control, control.length],
    ])) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const cut = (from: Float32Array, places: ReadonlyMap<string, TensorPlace>, behind = 0): TrainTensors =>
      new Map([...places].map(([name, { at, length }]) => [name, from.slice(behind + at, behind + at + length)]));
    const zeros = (): TrainTensors =>
      new Map([...plan.trained].map(([name, { length }]) => [name, new Float32Array(length)]));
    return {
      updates: verdict[control.updates] as number,
      weights: cut(weights, plan.nodes.state),
      averages: options.ema === undefined ? new Map() : cut(averages, plan.nodes.state),
      first: plan.optimizerFloats > 0 ? cut(memories, plan.trained) : zeros(),
      second: adam ? cut(memories, plan.trained, plan.trainedFloats) : zeros(),
    };
  }

  /** Throws RangeError where the state is another net's. */
  restore({ updates, weights, averages, first, second }: TrainerState): void {
    const { plan, program, buffers, options } = this;
    const { device } = program.open;
    const joined = (
      tensors: TrainTensors,
      places: ReadonlyMap<string, TensorPlace>,
      floats: number,
    ): Float32Array<ArrayBuffer> => {
      const all = new Float32Array(floats);
      for (const [name, { at, length }] of places) {
        const values = tensors.get(name);
        if (values?.length !== length)
          throw new RangeError(`the state that was kept has no "${name}" of ${length} values`);
        all.set(values, at);
      }
      return all;
    };
    device.queue.writeBuffer(program.state, 0, joined(weights, plan.nodes.state, plan.nodes.stateFloats));
    if (plan.averages)
      device.queue.writeBuffer(buffers.averages, 0, joined(averages, plan.nodes.state, plan.nodes.stateFloats));
    const own = plan.trainedFloats;
    if (plan.optimizerFloats > 0) device.queue.writeBuffer(buffers.memories, 0, joined(first, plan.trained, own));
    if (plan.optimizerFloats > own)
      device.queue.writeBuffer(buffers.memories, 4 * own, joined(second, plan.trained, own));
    const verdict = new Float32Array(plan.controlFloats);
    verdict[control.updates] = updates;
    if (options.optimizer.name === 'adamw') {
      const [b1, b2] = options.optimizer.betas;
      verdict[control.bias1] = biasCorrection(b1, updates);
      verdict[control.bias2] = biasCorrection(b2, updates);
    }
    device.queue.writeBuffer(buffers.control, 0, verdict);
  }

  /** Gradients of the last step, by name of the parameter, and what else was kept by its node's id. */
  async gradients(): Promise<{ parameters: TrainTensors; input: Float32Array | undefined }> {
    const { plan, program, buffers, train } = this;
    const [all] = await readBuffers(program.open.device, [[buffers.gradients, plan.trainedFloats]]);
    const input = train.inputGradient === undefined ? undefined : plan.nodes.kept.get(train.inputGradient);
    const [extra] = input ? await program.read([input]) : [undefined];
    return {
      parameters: new Map(
        [...plan.trained].map(([name, { at, length }]) => [name, (all as Float32Array).slice(at, at + length)]),
      ),
      input: extra,
    };
  }

  destroy(): void {
    this.program.destroy();
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}

const shapesOf = (train: TrainGraph, start: TrainTensors): ReadonlyMap<string, Shape> => {
  const trained = new Map(train.parameters.map(({ name, shape }) => [name, shape]));
  return new Map([...start].map(([name, values]) => [name, trained.get(name) ?? [values.length]]));
};
