// The job that trains: steps on the GPU or in a worker of its own, the curve told ten times a second, a state kept every few seconds, a cancel heard in between.
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { TrainBackend } from '../../../graph/train/backend.ts';
import { batchOfStep } from '../../../graph/train/batch.ts';
import { drawnPatterns, type LabelledPicture, type LabelledPictures } from '../../../graph/train/data/pictures.ts';
import { findRate } from '../../../graph/train/find-rate.ts';
import { readRecipe, usualDrawn, type TrainRecipe } from '../../../graph/train/recipe.ts';
import { startWeights } from '../../../graph/train/start-weights.ts';
import type { StateOrigin } from '../../../graph/train/state-file.ts';
import { TrainingRun } from '../../../graph/train/training-run.ts';
import { trainedWeights } from '../../../graph/train/weights-file.ts';
import type { CallContext, Job, JobHost } from '../../border/serve.ts';
import { pictureGraph } from '../../pictures/picture-graph.ts';
import { forgetRun, keepRun, keptRun } from './keep.ts';
import { OwnSet } from './own-set.ts';
import type {
  ShownPicture,
  TrainCalls,
  TrainedNet,
  TrainedOn,
  TrainFacts,
  TrainProgress,
  TrainRequest,
} from './protocol.ts';
import { stepCost, type TrialSize } from './step-cost.ts';
import { withBackend } from './with-backend.ts';

const tellEveryMs = 100;
const keepEveryMs = 5000;
const shownSamples = 24;
interface Prepared {
  readonly graph: InferredGraph;
  readonly recipe: TrainRecipe;
  readonly pictures: LabelledPictures;
  readonly origin: StateOrigin;
}

/** On the CPU; {@link trainOnGpu} is the other one. */
export const train: Job = { name: 'train', serve: (host) => serveTrain(host, 'cpu') };

export function serveTrain(host: JobHost, on: TrainedOn): TrainCalls {
  const { call, tell } = host;
  const own = new OwnSet();
  let drawn: LabelledPictures | undefined;
  let paused = false;

  function prepare({ name, text, hash, recipe: words, pictures: which }: TrainRequest): Prepared {
    const recipe = readRecipe(words);
    if ('problem' in recipe) throw new Error(`In the recipe, ${recipe.problem}.`);
    const graph = pictureGraph({ name, text });
    const [, height, width] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    if (height === undefined || height !== width) throw new Error('Only nets of square pictures are trained here.');
    const { count, difficulty } = recipe.drawn ?? usualDrawn;
    // A drawn set keeps its pictures: the run finds those of the look before it.
    const draws = drawnPatterns(height, recipe.seed, count, difficulty);
    if (draws.fingerprint !== drawn?.fingerprint) drawn = draws;
    const pictures = which === 'own' ? own.of(height) : drawn;
    const outputs = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
    if (outputs.length !== 2 || outputs[1] !== pictures.classes.length)
      throw new Error(
        `The pictures have ${pictures.classes.length} classes, but the net has ${outputs.slice(1).reduce((a, b) => a * b, 1)} outputs; end it in "linear c${pictures.classes.length}".`,
      );
    return { graph, recipe, pictures, origin: { name, text, hash, recipe: words, pictures: pictures.fingerprint, on } };
  }

  async function run(
    { graph, recipe, pictures, origin }: Prepared,
    goOn: boolean,
    context: CallContext,
    backend: TrainBackend,
  ): Promise<TrainedNet> {
    const trained = await TrainingRun.begin(graph, startWeights(graph, recipe.seed), recipe, pictures, backend);
    if (goOn) {
      const kept = await keptRun();
      if (kept?.origin.hash !== origin.hash) throw new Error('There is no kept run of this net.');
      if (kept.origin.pictures !== origin.pictures)
        throw new Error('The kept run was trained on other pictures: choose the same ones again.');
      await trained.resume(kept.state);
    } else await forgetRun();
    const started = performance.now();
    let [toldAt, keptAt, toldPoints, toldLooks] = [0, started, 0, 0];
    const report = (): void => {
      const progress: TrainProgress = {
        points: trained.curve.slice(toldPoints),
        looks: trained.checks.slice(toldLooks),
      };
      [toldPoints, toldLooks, toldAt] = [trained.curve.length, trained.checks.length, performance.now()];
      tell(progress);
    };
    paused = false;
    let stopped = false;
    try {
      while (!trained.ending) {
        await trained.next();
        if (performance.now() - toldAt > tellEveryMs) report();
        if (paused || performance.now() - keptAt > keepEveryMs) {
          await keepRun(await trained.save(), origin);
          keptAt = performance.now();
        }
        while (paused) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          context.signal.throwIfAborted();
        }
      }
    } catch (error) {
      if (!context.signal.aborted) throw error;
      stopped = true;
    }
    report();
    const ms = performance.now() - started;
    if (stopped) await keepRun(await trained.save(), origin);
    else await forgetRun();
    const score = stopped ? undefined : await trained.test();
    return {
      curve: trained.curve,
      looks: trained.checks,
      ending: trained.ending ?? {
        kind: 'stopped',
        sentence: `Stopped at step ${trained.step} of ${recipe.steps}; it can go on from there, also after a reload.`,
      },
      bestStep: trained.bestStep,
      classes: pictures.classes,
      ms,
      ...(score && { score }),
      worst: (score?.worst ?? []).map(({ index, answer, loss }) => ({
        ...shown(pictures.sample('test', index), pictures.side),
        answer,
        loss,
      })),
      weights: trainedWeights(graph, await trained.weights(), pictures.classes) as Uint8Array<ArrayBuffer>,
    };
  }

  async function look(
    { graph, recipe, pictures }: Prepared,
    { pause }: CallContext,
    backend: TrainBackend,
    trial: TrialSize,
  ): Promise<TrainFacts> {
    const balance = pictures.classes.map(() => 0);
    for (let i = 0; i < pictures.counts.train; i++) {
      const { label } = pictures.sample('train', i);
      balance[label] = (balance[label] ?? 0) + 1;
      if (i % 64 === 0) await pause();
    }
    const { input, labels } = batchOfStep(pictures, { ...recipe, batch: shownSamples, accumulate: 1 }, 0);
    const size = input.length / shownSamples;
    const samples = labels.map((label, row) =>
      shown({ pixels: input.subarray(row * size, (row + 1) * size), label }, pictures.side),
    );
    const cost = await stepCost(graph, recipe, backend, trial);
    // A look runs forward only: about a third of a step's work a picture.
    const looks = recipe.check === undefined ? 0 : Math.ceil(recipe.steps / recipe.check);
    const ofStep = pictures.counts.check / (recipe.batch * (recipe.accumulate ?? 1)) / 3;
    const totalMs = cost.stepMs * (recipe.steps + looks * ofStep);
    return {
      device: backend.device,
      totalMs,
      classes: pictures.classes,
      balance,
      counts: pictures.counts,
      samples,
      ...cost,
    };
  }

  return {
    take: (ticket, side, classes, bitmaps, labels, first) =>
      call(ticket, ({ pause }) => own.take(side, classes, bitmaps, labels, first, pause)),
    look: (ticket, request) =>
      call(ticket, (context) =>
        withBackend(host, on, context, (backend, trial) => look(prepare(request), context, backend, trial)),
      ),
    train: (ticket, request, goOn) =>
      call(ticket, (context) =>
        withBackend(host, on, context, (backend) => run(prepare(request), goOn, context, backend)),
      ),
    findRate: (ticket, request) =>
      call(ticket, (context) =>
        withBackend(host, on, context, (backend) => {
          const { graph, recipe, pictures } = prepare(request);
          const start = startWeights(graph, recipe.seed);
          return findRate(graph, start, recipe, pictures, backend, ({ rate }, share) =>
            context.progress(`Rate ${rate.toPrecision(2)}`, share),
          );
        }),
      ),
    pause(on) {
      paused = on;
    },
    kept: (ticket) =>
      call(ticket, async () => {
        const found = await keptRun();
        if (!found) return undefined;
        const { name, text, hash, recipe, pictures, on: by = 'cpu' } = found.origin;
        const read = readRecipe(recipe);
        const steps = 'problem' in read ? 0 : read.steps;
        const step = found.state.curve.length;
        const which = pictures.startsWith('own') ? 'own' : 'drawn';
        return { name, text, hash, recipe, pictures: which, on: by, step, steps };
      }),
    forget: (ticket) => call(ticket, forgetRun),
  };
}

const shown = ({ pixels, label }: LabelledPicture, side: number): ShownPicture => {
  const rgba = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i++)
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = ((pixels[3 * i + c] as number) + 1) * 127.5;
  return { rgba, side, label };
};
