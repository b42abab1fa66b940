// A task's answer read on the GPU: a shader behind the net's own, and the CPU's share of the work on the little that it gives.
import type { AnswerSettings, TaskAnswer } from '../../../../graph/tasks/task.ts';

export interface GpuReading {
  /** Bindings: the outputs in order, the table, four words of settings, the result. */
  readonly wgsl: string;
  /** The outputs that it reads, the first ones. */
  readonly outputs: number;
  readonly workgroups: number;
  readonly table: Float32Array<ArrayBuffer>;
  readonly resultBytes: number;
  words(settings: AnswerSettings): Uint32Array<ArrayBuffer>;
  /** `asked`: the settings that the shader had. */
  read(result: Uint32Array<ArrayBuffer>, asked: AnswerSettings): ReadAnswer;
}

export interface ReadAnswer {
  /** How many values of the outputs are no numbers. */
  readonly unsound: number;
  /** Undefined where what was read does not hold the answer: the outputs do. */
  answer(settings: AnswerSettings): TaskAnswer | undefined;
}
