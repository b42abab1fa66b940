// The job that trains: steps in a worker of its own, the curve told ten times a second, a state kept every few seconds, and a cancel heard between any two nodes.
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { preparationFor, preparePicture } from '../../../graph/pictures/preprocess.ts';
import { batchOfStep } from '../../../graph/train/batch.ts';
import { cpuBackend } from '../../../graph/train/cpu-backend.ts';
import {
  drawnPatterns,
  ownPictures,
  type LabelledPicture,
  type LabelledPictures,
} from '../../../graph/train/data/pictures.ts';
import { findRate } from '../../../graph/train/find-rate.ts';
import { readRecipe, usualDrawn, type TrainRecipe } from '../../../graph/train/recipe.ts';
import { startWeights } from '../../../graph/train/start-weights.ts';
import type { StateOrigin } from '../../../graph/train/state-file.ts';
import { TrainingRun } from '../../../graph/train/training-run.ts';
import { trainedWeights, trainingPreprocessing } from '../../../graph/train/weights-file.ts';
import type { CallContext, Job, JobHost } from '../../border/serve.ts';
import { pictureGraph } from '../../pictures/picture-graph.ts';
import { picturePixels } from '../../pictures/picture-pixels.ts';
import { forgetRun, keepRun, keptRun } from './keep.ts';
import type { ShownPicture, TrainCalls, TrainedNet, TrainFacts, TrainProgress, TrainRequest } from './protocol.ts';
import { stepCost } from './step-cost.ts';

const tellEveryMs = 100;
const keepEveryMs = 5000;
const shownSamples = 24;
/** Bytes of prepared pictures at most. */
const mostBytes = 2 ** 30;

interface OwnBytes {
  readonly side: number;
  readonly classes: readonly string[];
  readonly pixels: Uint8Array[];
  readonly labels: number[];
}

interface Prepared {
  readonly graph: InferredGraph;
  readonly recipe: TrainRecipe;
  readonly pictures: LabelledPictures;
  readonly origin: StateOrigin;
}

export const train: Job = { name: 'train', serve: serveTrain };

function serveTrain({ call, tell }: JobHost): TrainCalls {
  let own: OwnBytes | undefined;
  let joinedOwn: LabelledPictures | undefined;
  let paused = false;

  function ownSet(side: number): LabelledPictures {
    if (!own || own.labels.length === 0) throw new Error('Choose a folder with a folder a class first.');
    if (own.side !== side)
      throw new Error('The pictures were prepared for another input size; choose the folder again.');
    if (joinedOwn) return joinedOwn;
    const size = side * side * 3;
    const pixels = new Uint8Array(own.labels.length * size);
    own.pixels.forEach((bytes, at) => pixels.set(bytes, at * size));
    return (joinedOwn = ownPictures({ ...own, pixels }));
  }

  function prepare({ name, text, hash, recipe: words, pictures: which }: TrainRequest): Prepared {
    const recipe = readRecipe(words);
    if ('problem' in recipe) throw new Error(`In the recipe, ${recipe.problem}.`);
    const graph = pictureGraph({ name, text });
    const [, height, width] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    if (height === undefined || height !== width) throw new Error('Only nets of square pictures are trained here.');
    const { count, difficulty } = recipe.drawn ?? usualDrawn;
    const pictures = which === 'own' ? ownSet(height) : drawnPatterns(height, recipe.seed, count, difficulty);
    const outputs = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
    if (outputs.length !== 2 || outputs[1] !== pictures.classes.length)
      throw new Error(
        `The pictures have ${pictures.classes.length} classes, but the net has ${outputs.slice(1).reduce((a, b) => a * b, 1)} outputs; end it in "linear c${pictures.classes.length}".`,
      );
    return { graph, recipe, pictures, origin: { name, text, hash, recipe: words, pictures: pictures.fingerprint } };
  }

  async function run(
    { graph, recipe, pictures, origin }: Prepared,
    goOn: boolean,
    context: CallContext,
  ): Promise<TrainedNet> {
    const backend = cpuBackend(context.pause);
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

  async function look({ graph, recipe, pictures }: Prepared, { pause }: CallContext): Promise<TrainFacts> {
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
    const cost = await stepCost(graph, recipe, pause);
    // A look runs forward only: about a third of a step's work a picture.
    const looks = recipe.check === undefined ? 0 : Math.ceil(recipe.steps / recipe.check);
    const ofStep = pictures.counts.check / (recipe.batch * (recipe.accumulate ?? 1)) / 3;
    const totalMs = cost.stepMs * (recipe.steps + looks * ofStep);
    return {
      device: 'the CPU',
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
      call(ticket, async ({ pause }) => {
        if (first || !own) own = { side, classes, pixels: [], labels: [] };
        const into = own;
        joinedOwn = undefined;
        const preparation = preparationFor([3, side, side], trainingPreprocessing);
        for (const [at, bitmap] of bitmaps.entries()) {
          if ((into.labels.length + 1) * side * side * 3 > mostBytes)
            throw new Error(
              `More than ${into.labels.length} pictures of ${side} × ${side} do not fit; use a smaller input.`,
            );
          const values = preparePicture(await picturePixels(bitmap), preparation);
          bitmap.close();
          into.pixels.push(
            Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))),
          );
          into.labels.push(labels[at] as number);
          await pause();
        }
        return into.labels.length;
      }),
    look: (ticket, request) => call(ticket, async (context) => look(prepare(request), context)),
    train: (ticket, request, goOn) => call(ticket, async (context) => run(prepare(request), goOn, context)),
    findRate: (ticket, request) =>
      call(ticket, async ({ pause, progress }) => {
        const { graph, recipe, pictures } = prepare(request);
        const start = startWeights(graph, recipe.seed);
        return findRate(graph, start, recipe, pictures, cpuBackend(pause), ({ rate }, share) =>
          progress(`Rate ${rate.toPrecision(2)}`, share),
        );
      }),
    pause(on) {
      paused = on;
    },
    kept: (ticket) =>
      call(ticket, async () => {
        const found = await keptRun();
        if (!found) return undefined;
        const { name, text, hash, recipe, pictures } = found.origin;
        const read = readRecipe(recipe);
        const steps = 'problem' in read ? 0 : read.steps;
        const step = found.state.curve.length;
        return { name, text, hash, recipe, pictures: pictures.startsWith('own') ? 'own' : 'drawn', step, steps };
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
