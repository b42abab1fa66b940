// What the open net's outputs say by its task. Those of the last picture stay here, so that other settings run no net.
import { outputsOf, taskOf } from '../../../graph/tasks/index.ts';
import {
  namesClasses,
  type AnswerSettings,
  type NetOutput,
  type Task,
  type TaskNet,
} from '../../../graph/tasks/task.ts';
import type { Look, TaskRead } from './protocol.ts';

type Values = Pick<Look, 'logits' | 'values' | 'run'>;

interface Reading {
  readonly net: TaskNet;
  readonly task: Task;
}

export class TaskReader {
  private reading: Reading | undefined;
  private settings: AnswerSettings | undefined;
  private last: { readonly outputs: readonly NetOutput[]; readonly run: number } | undefined;

  /** Another net is open. A classifier's logits are read by the page. */
  open(net: TaskNet): void {
    const task = taskOf(net);
    this.reading = namesClasses(task.kind) ? undefined : { net, task };
    this.settings = this.last = undefined;
  }

  /** The open net says more than classes. */
  get reads(): boolean {
    return this.reading !== undefined;
  }

  /** Undefined for a classifier. The values must not be handed over to the page. */
  read({ logits, values, run }: Values): TaskRead | undefined {
    const { reading } = this;
    if (!reading) return undefined;
    const [first] = reading.net.graph.outputs;
    const outputs = outputsOf(reading.net.graph, (node) =>
      node === first ? logits : (values.get(node) as Float32Array),
    );
    this.last = { outputs, run };
    return this.of(reading, outputs, run);
  }

  /** The last outputs once more. */
  again(settings: AnswerSettings): TaskRead | undefined {
    this.settings = settings;
    const { reading, last } = this;
    return reading && last && this.of(reading, last.outputs, last.run);
  }

  private of({ net, task }: Reading, outputs: readonly NetOutput[], run: number): TaskRead {
    let unsound = 0;
    for (const { values } of outputs) for (const value of values) if (!Number.isFinite(value)) unsound++;
    return { answer: task.read(net, outputs, this.settings ?? task.settings), unsound, run };
  }
}
