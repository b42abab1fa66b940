// How long a study will take, before it is begun: a seed of it with two steps of each run and one batch of each question, and the rest reckoned.
import type { TrainBackend } from '../backend.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { INFERRED, Lab, taught, type NetTensors, type StudyLesson, type TaughtNet } from './lab.ts';
import type { Study } from './study.ts';

export interface Foreseeing {
  readonly backend: TrainBackend;
  readonly steps: number;
  readonly seeds: number;
  readonly arms: readonly string[];
  readonly pause: () => Promise<void> | undefined;
  /** Milliseconds from any start. */
  readonly now: () => number;
}

/** Steps of a trial; the first compiles. */
const TRIED = 2;

class TrialLab extends Lab {
  /** Milliseconds, as the whole work would take them: of each seed, and of what seeds share. */
  ofSeed = 0;
  ofAll = 0;
  /** Milliseconds that the trials took. */
  spent = 0;
  #sharing = false;

  #add(whole: number, spent: number): void {
    if (this.#sharing) this.ofAll += whole;
    else this.ofSeed += whole;
    this.spent += spent;
  }

  override async once<T>(name: string, make: () => Promise<T>): Promise<T> {
    return super.once(name, async () => {
      this.#sharing = true;
      try {
        return await make();
      } finally {
        this.#sharing = false;
      }
    });
  }

  override async race(lessons: readonly StudyLesson[]): Promise<readonly TaughtNet[]> {
    const found: TaughtNet[] = [];
    for (const lesson of lessons) {
      const begun = this.now();
      const pupil = await this.pupil(lesson);
      let least = Infinity;
      for (let t = 0; t < TRIED; t++) {
        await this.pause();
        const at = this.now();
        const { input, targets } = await lesson.batchOf(t);
        await pupil.trainer.step(input, targets, pupil.rates[t] ?? 0);
        least = Math.min(least, this.now() - at);
      }
      found.push(await taught({ ...pupil, times: [least] }));
      this.#add(lesson.steps * least, this.now() - begun);
    }
    return found;
  }

  override async ask(
    graph: InferredGraph,
    weights: NetTensors,
    count: number,
    inputOf: (index: number) => Float32Array,
    infer?: (batched: InferredGraph, input: Float32Array) => Promise<Float32Array> | Float32Array,
  ): Promise<readonly Float32Array[]> {
    const begun = this.now();
    const rows = await super.ask(graph, weights, Math.min(count, INFERRED), inputOf, infer);
    const spent = this.now() - begun;
    this.#add(Math.ceil(count / INFERRED) * spent, spent);
    return Array.from({ length: count }, (_, i) => rows[i % rows.length] as Float32Array);
  }
}

/** Milliseconds of the whole study, about. */
export async function foresee(study: Study, { backend, steps, seeds, arms, pause, now }: Foreseeing): Promise<number> {
  const nothing = { point: () => undefined, result: () => undefined };
  const lab = new TrialLab(backend, steps, new Set(arms), nothing, pause, now);
  const begun = now();
  await study.run(lab, 0);
  const besides = Math.max(0, now() - begun - lab.spent);
  return lab.ofAll + seeds * (lab.ofSeed + besides);
}
