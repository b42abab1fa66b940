// The GPU objects that read one net's answers, made once: a frame creates nothing, and writes the settings only where they have changed.
import type { Plan, PlanTensor } from '../../../../graph/plan/plan.ts';
import type { AnswerSettings, Task, TaskNet } from '../../../../graph/tasks/task.ts';
import { layoutFor, pipelineFor } from '../../../engine/device.ts';
import type { Program, RunOptions } from '../../../engine/program.ts';
import { storedBytes } from '../../../engine/stored-tensor.ts';
import { readingOf } from './index.ts';
import type { GpuReading, ReadAnswer } from './reading.ts';

/** What is asked of the GPU besides the net: its outputs, read by their task. */
export interface AskedReading {
  readonly task: Task;
  readonly net: TaskNet;
  readonly settings: AnswerSettings;
}

/** The part of a program that holds its outputs. */
type Outputs = Pick<Program, 'open' | 'slots'> & { readonly plan: Pick<Plan, 'outputs'> };

// Numbers of the WebGPU specification: the namespaces are missing in some runtimes.
const usage = { copySrc: 4, copyDst: 8, storage: 128 } as const;

class ReadingStage {
  private written: string | undefined;

  private constructor(
    private readonly device: GPUDevice,
    private readonly reading: GpuReading,
    private readonly pipeline: GPUComputePipeline,
    private readonly group: GPUBindGroup,
    private readonly buffers: readonly [table: GPUBuffer, settings: GPUBuffer, result: GPUBuffer],
  ) {}

  /** Undefined where the task or the plan is read on the CPU alone. */
  static async create(program: Outputs, task: Task, net: TaskNet): Promise<ReadingStage | undefined> {
    const { plan, open, slots } = program;
    const outputs = net.graph.outputs.map((node) => plan.outputs.find((output) => output.node === node));
    const reading = outputs.every((output) => output !== undefined) ? readingOf(task, net, outputs) : undefined;
    if (!reading) return undefined;
    const { device } = open;
    const label = `reading ${task.kind}`;
    const read = (outputs as readonly PlanTensor[]).slice(0, reading.outputs);
    const access = `${'r'.repeat(read.length)}rrw`;
    const pipeline = await pipelineFor(open, reading.wgsl, access, label);
    const made = (size: number, use: number): GPUBuffer => device.createBuffer({ label, size, usage: use });
    const table = made(reading.table.byteLength, usage.storage | usage.copyDst);
    device.queue.writeBuffer(table, 0, reading.table);
    const settings = made(16, usage.storage | usage.copyDst);
    const result = made(reading.resultBytes, usage.storage | usage.copySrc | usage.copyDst);
    const buffers = [table, settings, result] as const;
    const group = device.createBindGroup({
      label,
      layout: layoutFor(open, access),
      entries: [
        ...read.map((output) => ({
          buffer: slots[output.slot] as GPUBuffer,
          offset: output.offset,
          size: storedBytes(output),
        })),
        ...buffers.map((buffer) => ({ buffer })),
      ].map((resource, binding) => ({ binding, resource })),
    });
    return new ReadingStage(device, reading, pipeline, group, buffers);
  }

  /** For a run of the net, whose last result {@link read} takes. */
  after(settings: AnswerSettings): NonNullable<RunOptions['after']> {
    const [, words, result] = this.buffers;
    return {
      result: { buffer: result, size: this.reading.resultBytes },
      record: (encoder) => {
        const next = this.reading.words(settings);
        // Recorded and submitted without a pause, so that the queue keeps write and run together.
        if (next.join() !== this.written) this.device.queue.writeBuffer(words, 0, next);
        this.written = next.join();
        encoder.clearBuffer(result, 0, 16);
        const pass = encoder.beginComputePass({ label: 'reading' });
        pass.setPipeline(this.pipeline);
        pass.setBindGroup(0, this.group);
        pass.dispatchWorkgroups(this.reading.workgroups);
        pass.end();
      },
    };
  }

  read(result: Float32Array, asked: AnswerSettings): ReadAnswer {
    return this.reading.read(new Uint32Array(result.buffer as ArrayBuffer, result.byteOffset, result.length), asked);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}

/** The stage of the net that is asked last: another's goes. */
export class ReadingStages {
  private last:
    { readonly program: Outputs; readonly net: TaskNet; readonly stage: Promise<ReadingStage | undefined> } | undefined;

  of(program: Outputs, { task, net }: AskedReading): Promise<ReadingStage | undefined> {
    if (this.last?.program !== program || this.last.net !== net) {
      void this.last?.stage.then((stage) => stage?.destroy());
      this.last = { program, net, stage: ReadingStage.create(program, task, net) };
    }
    return this.last.stage;
  }
}
