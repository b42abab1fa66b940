// What the open net's outputs say by its task. Those of the last picture stay here, so that other settings run no net.
import { elements } from '../../../gpu-kernels/op.ts';
import type { SourceBox } from '../../../graph/pictures/preprocess.ts';
import { outputsOf, taskOf } from '../../../graph/tasks/index.ts';
import {
  namesClasses,
  type AnswerSettings,
  type Task,
  type TaskAnswer,
  type TaskNet,
} from '../../../graph/tasks/task.ts';
import type { Look, TaskRead } from './protocol.ts';
import type { ReadAnswer } from './readings/reading.ts';
import type { AskedReading } from './readings/stage.ts';

type Values = Pick<Look, 'logits' | 'values' | 'run'>;

interface HowRead {
  /** By the GPU. */
  readonly reading?: ReadAnswer | undefined;
  /** As it was asked to. */
  readonly asked?: AskedReading | undefined;
  readonly box?: SourceBox | undefined;
}

interface Reading {
  readonly net: TaskNet;
  readonly task: Task;
}

interface Last {
  readonly answer: ReadAnswer;
  readonly run: number;
  readonly box?: SourceBox | undefined;
}

export class TaskReader {
  private reading: Reading | undefined;
  private settings: AnswerSettings | undefined;
  private last: Last | undefined;
  /** The settings that found more than the GPU gives back. */
  private many: AnswerSettings | undefined;

  /** Another net is open. A classifier's logits are read by the page. */
  open(net: TaskNet): void {
    const task = taskOf(net);
    this.reading = namesClasses(task.kind) ? undefined : { net, task };
    this.settings = this.last = this.many = undefined;
  }

  /** The open net and its task; undefined for a classifier. */
  get opened(): Readonly<Reading> | undefined {
    return this.reading;
  }
  /** The open net says more than classes. */
  get reads(): boolean {
    return this.reading !== undefined;
  }

  /** What the GPU may read of the next picture. */
  get asked(): AskedReading | undefined {
    const { reading } = this;
    if (!reading) return undefined;
    const settings = this.settings ?? reading.task.settings;
    return settings === this.many ? undefined : { ...reading, settings };
  }

  /** The GPU does not give back all that is asked for. */
  dense(): void {
    this.many = this.asked?.settings;
  }

  /** No net ran: there is no face to show it. `best`: how sure the surest one was. */
  nothing(best: number, run: number): TaskRead {
    this.last = undefined;
    return { answer: { kind: 'points', points: [], presence: best }, unsound: 0, run };
  }

  /** Undefined for a classifier. The values must not be handed over to the page. `box`: the part of the picture that the net saw. */
  read({ logits, values, run }: Values, { reading: onGpu, asked, box }: HowRead = {}): TaskRead | undefined {
    const { reading } = this;
    if (!reading) return undefined;
    if (onGpu) {
      if (asked?.net !== reading.net) return undefined;
      this.last = { answer: onGpu, run, box };
      // The settings may have moved on while the net ran: the next picture has them.
      return this.of(reading, this.last) ?? this.of(reading, this.last, asked.settings);
    }
    const [first] = reading.net.graph.outputs;
    const outputs = outputsOf(reading.net.graph, (node) =>
      node === first ? logits : (values.get(node) ?? new Float32Array()),
    );
    // Of the net before, whose answer came late.
    if (outputs.some(({ shape, values: own }) => own.length !== elements(shape))) return undefined;
    let unsound = 0;
    for (const { values: own } of outputs) for (const value of own) if (!Number.isFinite(value)) unsound++;
    const answer = (settings: AnswerSettings): TaskAnswer => reading.task.read(reading.net, outputs, settings);
    this.last = { answer: { unsound, answer }, run, box };
    return this.of(reading, this.last);
  }

  /** The last outputs once more; undefined where the GPU has kept what these settings would need. */
  again(settings: AnswerSettings): TaskRead | undefined {
    this.settings = settings;
    const { reading, last } = this;
    return reading && last && this.of(reading, last);
  }

  private of({ task }: Reading, { answer: read, run, box }: Last, settings?: AnswerSettings): TaskRead | undefined {
    const answer = read.answer(settings ?? this.settings ?? task.settings);
    return answer && { answer, unsound: read.unsound, run, ...(box && { box }) };
  }
}
