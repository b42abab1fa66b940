// What the open net's outputs say by its task. Those of the last picture stay here, so that other settings run no net.
import { elements } from '../../../gpu-kernels/op.ts';
import type { SourceBox } from '../../../graph/pictures/preprocess.ts';
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

interface Last {
  readonly outputs: readonly NetOutput[];
  readonly run: number;
  readonly box?: SourceBox;
}

export class TaskReader {
  private reading: Reading | undefined;
  private settings: AnswerSettings | undefined;
  private last: Last | undefined;

  /** Another net is open. A classifier's logits are read by the page. */
  open(net: TaskNet): void {
    const task = taskOf(net);
    this.reading = namesClasses(task.kind) ? undefined : { net, task };
    this.settings = this.last = undefined;
  }

  /** The open net and its task; undefined for a classifier. */
  get opened(): Readonly<Reading> | undefined {
    return this.reading;
  }
  /** The open net says more than classes. */
  get reads(): boolean {
    return this.reading !== undefined;
  }

  /** No net ran: there is no face to show it. `best`: how sure the surest one was. */
  nothing(best: number, run: number): TaskRead {
    this.last = undefined;
    return { answer: { kind: 'points', points: [], presence: best }, unsound: 0, run };
  }

  /** Undefined for a classifier. The values must not be handed over to the page. `box`: the part of the picture that the net saw. */
  read({ logits, values, run }: Values, box?: SourceBox): TaskRead | undefined {
    const { reading } = this;
    if (!reading) return undefined;
    const [first] = reading.net.graph.outputs;
    const outputs = outputsOf(reading.net.graph, (node) =>
      node === first ? logits : (values.get(node) ?? new Float32Array()),
    );
    // Of the net before, whose answer came late.
    if (outputs.some(({ shape, values: own }) => own.length !== elements(shape))) return undefined;
    this.last = { outputs, run, ...(box && { box }) };
    return this.of(reading, this.last);
  }

  /** The last outputs once more. */
  again(settings: AnswerSettings): TaskRead | undefined {
    this.settings = settings;
    const { reading, last } = this;
    return reading && last && this.of(reading, last);
  }

  private of({ net, task }: Reading, { outputs, run, box }: Last): TaskRead {
    let unsound = 0;
    for (const { values } of outputs) for (const value of values) if (!Number.isFinite(value)) unsound++;
    const answer = task.read(net, outputs, this.settings ?? task.settings);
    return { answer, unsound, run, ...(box && { box }) };
  }
}
