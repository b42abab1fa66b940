// Nets whose weights ship, asked about photos and sounds as `run` asks them: each opened once, with a hash of the bytes that it saw.
import { createHash } from 'node:crypto';
import { resampleSound } from '../graph/audio/resample.ts';
import {
  fittedPicture,
  preparationFor,
  preparePicture,
  type Picture,
  type Preparation,
  type SourceBox,
} from '../graph/pictures/preprocess.ts';
import { outputsOf, taskOf } from '../graph/tasks/index.ts';
import type { TaskAnswer } from '../graph/tasks/task.ts';
import { windowsOf } from '../graph/audio/windows.ts';
import type { NetRunner } from './execute-net.ts';
import { openRunnable, type NetToRun } from './runnable.ts';
import type { Given } from './verb.ts';

export interface Asked {
  readonly answer: TaskAnswer;
  readonly labels: readonly string[];
  /** SHA-256 of the RGB bytes of what the net saw, without the grey beside it. */
  readonly sha256: string;
  readonly preparation: Preparation;
}

export class Nets {
  readonly #open = new Map<string, NetToRun>();
  constructor(
    private readonly given: Given,
    private readonly runner: NetRunner,
  ) {}

  #net(name: string): NetToRun {
    const found = this.#open.get(name) ?? openRunnable(name, this.given);
    this.#open.set(name, found);
    return found;
  }

  /** The answer for a photo, or a part of it. `score`: the threshold, where it is not the task's own. */
  async see(
    name: string,
    picture: Picture,
    options: { readonly box?: SourceBox; readonly score?: number } = {},
  ): Promise<Asked> {
    const model = this.#net(name);
    const task = taskOf(model);
    const [, height = 0, width = 0] = model.graph.facts.get(model.graph.inputs[0] ?? '')?.shape ?? [];
    const preparation: Preparation = {
      ...preparationFor([3, height, width], { fit: task.fit, ...model.preprocessing }),
      ...(options.box && { box: options.box }),
    };
    const { outputs } = await this.runner.run(model, [preparePicture(picture, preparation)]);
    const settings = { ...task.settings, score: options.score ?? task.settings.score };
    return {
      answer: task.read(model, this.#named(model, outputs[0] ?? []), settings),
      labels: model.labels ?? [],
      sha256: createHash('sha256').update(fittedPicture(picture, preparation)).digest('hex'),
      preparation,
    };
  }

  /** Scores of each window of a sound, with the names of what they are scores of. */
  async hear(
    name: string,
    sound: { readonly samples: Float32Array; readonly rate: number },
  ): Promise<{ readonly windows: readonly Float32Array[]; readonly labels: readonly string[] }> {
    const model = this.#net(name);
    const task = taskOf(model);
    const rate = model.architecture?.header.rate ?? sound.rate;
    const length = model.graph.facts.get(model.graph.inputs[0] ?? '')?.shape[2] ?? 0;
    const hop = Math.round((task.hopSeconds ?? length / 2 / rate) * rate);
    const inputs = windowsOf(resampleSound(sound.samples, sound.rate, rate), length, hop);
    const { outputs } = await this.runner.run(model, inputs);
    const scores = outputs.map((all) => {
      const answer = task.read(model, this.#named(model, all), { ...task.settings, most: Infinity });
      const values = new Float32Array(all[0]?.length ?? 0);
      if (answer.kind === 'tags') for (const { index, probability } of answer.top) values[index] = probability ?? 0;
      return values;
    });
    return { windows: scores, labels: model.labels ?? [] };
  }

  #named({ graph }: NetToRun, values: readonly Float32Array[]) {
    const byNode = new Map(graph.outputs.map((node, i) => [node, values[i] as Float32Array]));
    return outputsOf(graph, (node) => byNode.get(node) as Float32Array);
  }
}
