// Dataset reinforcement (arXiv 2303.08983): labels, a teacher asked at every step, and a teacher asked once, with its answers stored.
import { withBatch } from '../../ir/batch.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { Draws, hashOf } from '../../search/random.ts';
import { drawnPatterns, type LabelledPictures } from '../data/pictures.ts';
import { changed, drawChange } from '../reinforce/change.ts';
import { readReinforced, reinforce, replay, writeReinforced, type ReinforcedSet } from '../reinforce/reinforced-set.ts';
import { startWeights } from '../start-weights.ts';
import { joined, netOf, type StudyBatch, type Lab, type StudyLesson, type NetTensors } from './lab.ts';
import { smallNet } from './nets.ts';
import { calibrationError } from './statistics.ts';
import { accuracy, stepMs } from './findings.ts';
import type { Study } from './study.ts';

const BATCH = 16;
const COUNT = 300;
const SIDE = 12;
/** Changes stored of a picture, shares kept of each, and how often a stored one is taken in place of the plain picture with its label. */
const [SAMPLES, KEPT, STORED] = [10, 5, 0.99] as const;
/** The teacher learns from more pictures than its pupils have, three times as long. */
const TEACHER_COUNT = 3000;
const recipe = `batch ${BATCH}\nrate 0.02 cosine to 0, warm-up 10\noptimizer adamw`;

export const reinforcement: Study = {
  title: 'Labels, a teacher, a reinforced set',
  asks: 'A small net learns from labels, from a teacher that is asked at every step, and from a teacher’s stored answers, at equal steps.',
  paper: 'Reinforce Data, Multiply Impact, arXiv 2303.08983',
  steps: 300,
  seeds: 3,
  arms: [
    { id: 'labels', label: 'Labels' },
    { id: 'teacher', label: 'Teacher at every step' },
    { id: 'reinforced', label: 'Reinforced set' },
  ],
  measures: [
    accuracy,
    {
      id: 'ece',
      label: 'Calibration error',
      unit: 'share',
      title: 'Expected calibration error in 15 bins: how far the net’s confidence is from its accuracy',
    },
    stepMs,
    { id: 'bytes', label: 'Stored', unit: 'bytes', title: 'Bytes of the reinforced set a stored sample' },
  ],
  async run(lab, seed) {
    const pictures = drawnPatterns(SIDE, 0, COUNT, 0);
    const graph = netOf('patterns-12', smallNet({ classes: pictures.classes.length }));
    const teacher =
      lab.arms.has('teacher') || lab.arms.has('reinforced')
        ? await lab.once('teacher', () => taughtTeacher(lab))
        : undefined;
    const stored =
      teacher && lab.arms.has('reinforced')
        ? await lab.once('set', () => storedSet(lab, pictures, teacher))
        : undefined;
    const batches: Readonly<Record<string, (t: number) => StudyBatch | Promise<StudyBatch>>> = {
      labels: (t) => labelled(pictures, seed, t),
      teacher: async (t) => {
        const { input } = labelled(pictures, seed, t);
        const { graph, weights } = teacher as Teacher;
        return { input, targets: { teacher: await lab.backend.infer(graph, weights, input) } };
      },
      reinforced: (t) => replayed(pictures, (stored as Stored).set, seed, t),
    };
    const wanted = Object.keys(batches).filter((arm) => lab.arms.has(arm));
    const lessons = wanted.map((arm): StudyLesson => ({
      arm,
      seed,
      graph,
      start: startWeights(graph, seed),
      loss: arm === 'labels' ? { name: 'ce', label_smoothing: 0 } : { name: 'kl', temperature: 1 },
      recipe,
      steps: lab.steps,
      batchOf: batches[arm] as StudyLesson['batchOf'],
    }));
    for (const [at, taught] of (await lab.race(lessons)).entries()) {
      const arm = wanted[at] as string;
      const score = await lab.score(graph, taught.weights, pictures);
      lab.report({
        arm,
        seed,
        values: {
          accuracy: score.accuracy,
          ece: calibrationError(score.reliability),
          stepMs: taught.stepMs,
          ...(arm === 'reinforced' && stored && { bytes: stored.file.length / (COUNT * SAMPLES) }),
        },
        reliability: score.reliability,
        ...(arm !== 'labels' && teacher && { note: `the teacher has ${(100 * teacher.accuracy).toFixed(1)} %` }),
        ...(arm === 'reinforced' &&
          stored && { file: { name: 'patterns-12.reinforced.safetensors', bytes: stored.file } }),
      });
    }
  },
};

interface Teacher {
  /** For {@link BATCH} pictures. */
  readonly graph: InferredGraph;
  readonly single: InferredGraph;
  readonly weights: NetTensors;
  readonly accuracy: number;
}

async function taughtTeacher(lab: Lab): Promise<Teacher> {
  const pictures = drawnPatterns(SIDE, 0, TEACHER_COUNT, 0);
  const single = netOf('teacher', smallNet({ classes: pictures.classes.length, width: 2 }));
  const { weights } = await lab.teach({
    arm: 'the teacher itself',
    seed: 0,
    graph: single,
    start: startWeights(single, 1000),
    loss: { name: 'ce', label_smoothing: 0 },
    recipe,
    steps: 3 * lab.steps,
    batchOf: (t) => labelled(pictures, 1000, t),
  });
  const { accuracy } = await lab.score(single, weights, pictures);
  return { graph: withBatch(single, BATCH), single, weights, accuracy };
}

interface Stored {
  readonly set: ReinforcedSet;
  readonly file: Uint8Array;
}

/** The set as its file gives it back. */
async function storedSet(lab: Lab, pictures: LabelledPictures, teacher: Teacher): Promise<Stored> {
  const made = await reinforce(pictures, {
    samples: SAMPLES,
    k: KEPT,
    seed: 1,
    teacher: teacher.single.name,
    answer: (changed) => lab.ask(teacher.single, teacher.weights, changed.length, (i) => changed[i] as Float32Array),
  });
  const file = writeReinforced(made);
  const set = readReinforced(file);
  if ('problem' in set) throw new Error(`the reinforced set ${set.problem}`);
  return { set, file };
}

/** Which picture, and by which change, follows from (seed, step, row). */
function labelled(pictures: LabelledPictures, seed: number, t: number): StudyBatch {
  const drawn = Array.from({ length: BATCH }, (_, row) => {
    const { pixels, label } = pictures.sample('train', hashOf(seed, t, row) % pictures.counts.train);
    return { pixels: changed(pixels, pictures.side, drawChange(new Draws(seed, t, row, 1))), label };
  });
  return { input: joined(drawn.map(({ pixels }) => pixels)), targets: { label: drawn.map(({ label }) => label) } };
}

function replayed(pictures: LabelledPictures, set: ReinforcedSet, seed: number, t: number): StudyBatch {
  const drawn = Array.from({ length: BATCH }, (_, row) => {
    const index = hashOf(seed, t, row) % pictures.counts.train;
    const picture = pictures.sample('train', index);
    const draws = new Draws(seed, t, row, 2);
    if (draws.uniform() < STORED) return replay(set, picture, index, draws.below(set.samples), pictures.side);
    const outputs = new Float64Array(set.classes).fill(-20);
    outputs[picture.label] = 0;
    return { pixels: picture.pixels, outputs };
  });
  const teacher = drawn.flatMap(({ outputs }) => [...outputs]);
  return { input: joined(drawn.map(({ pixels }) => pixels)), targets: { teacher } };
}
