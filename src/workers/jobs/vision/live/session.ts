// Live as the worker has it: a net's branches, the heads that were taught, and the scheduler that takes a branch for every frame.
import { probabilities } from '../../../../graph/tasks/classify/labels.ts';
import { edgeDensity, marginFor, Scheduler } from '../../../../graph/tasks/live/scheduler.ts';
import type { PictureSource } from '../../../pictures/picture-pixels.ts';
import { thumbnail, thumbnailSide } from '../../../pictures/thumbnail.ts';
import { headLogits, teachProblem } from '../teach-head.ts';
import type { LiveNet } from './live-net.ts';
import type { LiveProfile, LiveReport, LiveSettings } from './protocol.ts';
import { contentOf, teachBranches, type LiveSample, type TaughtBranches } from './teach-branches.ts';

/** Runs of a branch that its latency is the median of, after {@link warmRuns}. */
const timedRuns = 9;
const warmRuns = 2;

interface Context {
  readonly signal: AbortSignal;
  readonly progress: (what: string, share: number) => void;
  readonly pause: () => Promise<void>;
}

export interface GivenClass {
  readonly name: string;
  readonly pictures: readonly PictureSource[];
}

export class LiveSession {
  private taught: TaughtBranches | undefined;
  private latencyMs: readonly number[] = [];
  private margin = 0;
  private scheduler: Scheduler | undefined;
  private frames = 0;

  constructor(readonly net: LiveNet) {}

  /** Rejects with Error, with a sentence, where there is too little to learn from. */
  async teach(classes: readonly GivenClass[], { signal, progress, pause }: Context): Promise<void> {
    const problem = teachProblem(classes.map(({ name, pictures }) => ({ name, count: pictures.length })));
    if (problem !== undefined) throw new Error(problem);
    const total = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
    let seen = 0;
    const lessons: { name: string; samples: LiveSample[] }[] = [];
    for (const { name, pictures } of classes) {
      const samples: LiveSample[] = [];
      for (const picture of pictures) {
        progress('Looking at the pictures', (0.6 * seen++) / total);
        samples.push(await this.sample(picture, signal));
        await pause();
      }
      lessons.push({ name, samples });
    }
    const lesson = teachBranches(lessons);
    for (;;) {
      const { done, value } = lesson.next();
      if (done) {
        this.taught = value;
        return;
      }
      progress('Teaching the exits', 0.6 + (0.4 * value) / this.net.branches.length);
      await pause();
    }
  }

  /** Times every branch on a picture; nothing else may run. Until then no frame is answered. */
  async measure(picture: PictureSource, { signal, progress }: Omit<Context, 'pause'>): Promise<LiveProfile> {
    const { taught, net } = this;
    if (!taught) throw new Error('the exits are not taught yet');
    const all = Array.from(net.branches.keys());
    // Twice, so that what the largest input needs is there for the others.
    for (let i = 0; i < warmRuns; i++) for (const branch of all) await this.answer(branch, picture, taught, 0, signal);
    const times = all.map((): number[] => []);
    // Round by round: a disturbance hits all branches alike.
    for (let round = 0; round < timedRuns; round++) {
      progress('Measuring the branches', round / timedRuns);
      for (const branch of all) times[branch]!.push((await this.answer(branch, picture, taught, 0, signal)).ms);
    }
    this.latencyMs = times.map((own) => [...own].sort((a, b) => a - b)[Math.floor(own.length / 2)] as number);
    this.margin = marginFor(times, this.latencyMs);
    const { accuracy, heldOut, contentFrom } = taught;
    this.scheduler = undefined;
    return { latencyMs: this.latencyMs, margin: this.margin, accuracy, heldOut, contentFrom };
  }

  async frame(picture: PictureSource, { targetMs, others }: LiveSettings, signal?: AbortSignal): Promise<LiveReport> {
    const { taught, latencyMs, margin } = this;
    if (!taught || latencyMs.length === 0) throw new Error('the exits are not taught yet');
    this.scheduler ??= new Scheduler({ latencyMs, accuracy: taught.accuracy }, { targetMs, margin });
    const { scheduler } = this;
    scheduler.targetMs = targetMs;
    const density = edgeDensity(thumbnail(picture), thumbnailSide, thumbnailSide);
    const content = contentOf(density, taught.contentFrom);
    const branch = scheduler.choose(content);
    const { ms, answer } = await this.answer(branch, picture, taught, others, signal);
    scheduler.observe(ms);
    const { estimate: contention } = scheduler;
    return { frame: ++this.frames, branch, ms, late: ms > targetMs, contention, content, density, answer };
  }

  private async answer(
    branch: number,
    picture: PictureSource,
    { heads }: TaughtBranches,
    others: number,
    signal?: AbortSignal,
  ): Promise<{ readonly ms: number; readonly answer: LiveReport['answer'] }> {
    const start = performance.now();
    const head = heads[branch]!;
    const scores = probabilities(headLogits(head, await this.net.features(branch, picture, others, signal)));
    const best = scores.indexOf(Math.max(...scores));
    const answer = { name: head.classes[best] ?? '', probability: scores[best] ?? 0 };
    return { ms: performance.now() - start, answer };
  }

  private async sample(picture: PictureSource, signal: AbortSignal): Promise<LiveSample> {
    const density = edgeDensity(thumbnail(picture), thumbnailSide, thumbnailSide);
    const features: Float32Array[] = [];
    for (const branch of this.net.branches.keys()) features.push(await this.net.features(branch, picture, 0, signal));
    return { density, features };
  }
}
