// Landmarks by distillation (arXiv 2111.07047): a small net learns a face's points alone, and from a tough and a tolerant teacher as well.
import { hashOf } from '../../search/random.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { withBatch } from '../../ir/batch.ts';
import { eyeCorners, face, facePoints, type DrawnFace } from '../data/faces.ts';
import type { Loss, Targets } from '../loss.ts';
import { startWeights } from '../start-weights.ts';
import { parameters, stepMs, type StudySight } from './findings.ts';
import { joined, netOf, parametersOf, type Lab, type NetTensors, type StudyBatch } from './lab.ts';
import type { Study } from './study.ts';

const BATCH = 16;
const SIDE = 24;
const COUNT = 1000;
const HELD_OUT = 200;
/** Where the numbers of held-out faces begin. */
const ASIDE = 1_000_000;
/** Modes that the tolerant teacher's points have. */
const KEPT = 3;
const SHOWN = 4;
const recipe = `batch ${BATCH}\nrate 0.005 cosine to 0, warm-up 10\noptimizer adamw`;

/** Strides down to one pixel, so that places are not averaged away. */
const net = (width: number): string => `input 3x${SIDE}x${SIDE}

conv   k3 s2 c${8 * width}
ds     k3 s2 c${16 * width}
ds     k3 s2 c${32 * width}
ds     k3 s2 c${48 * width}
ds     k3 s2 c${64 * width}
pool
linear c${2 * facePoints}
`;

const students = [
  { id: 'l2', label: 'L2, no teacher' },
  { id: 'tough', label: 'L2 to the tough teacher' },
  { id: 'kd', label: 'KD-Loss, both teachers' },
] as const;

interface Taught {
  /** For {@link BATCH} pictures. */
  readonly graph: InferredGraph;
  readonly weights: NetTensors;
  readonly error: number;
}
interface Teachers {
  readonly tough: Taught;
  readonly tolerant: Taught;
}

export const landmarks: Study = {
  title: 'Tough and tolerant teachers',
  asks: 'A small net learns 68 points of drawn faces by squared error, and by KD-Loss from a teacher of the points and one of smoothed points.',
  paper: 'Facial Landmark Points Detection Using Knowledge Distillation-Based Neural Networks, arXiv 2111.07047',
  steps: 300,
  seeds: 3,
  arms: students.map(({ id, label }) => ({ id, label, ...(id === 'tough' && { usual: false as const }) })),
  measures: [
    {
      id: 'nme',
      label: 'Error',
      unit: 'share',
      title:
        'Mean distance of the 68 points over that of the eyes’ outer corners (NME), held-out faces; less is better',
    },
    {
      id: 'failures',
      label: 'Failures',
      unit: 'share',
      title: 'Held-out faces whose own error is above 10 %',
    },
    parameters,
    stepMs,
  ],
  async run(lab, seed) {
    const faces = drawnFaces();
    const teachers =
      lab.arms.has('kd') || lab.arms.has('tough') ? await lab.once('teachers', () => taught(lab, faces)) : undefined;
    const graph = netOf('faces', net(1));
    for (const { id } of students) {
      if (!lab.arms.has(id)) continue;
      const loss: Loss = { name: id === 'kd' ? 'kd_landmark' : 'mse' };
      const { weights, stepMs } = await lab.teach({
        arm: id,
        seed,
        graph,
        start: startWeights(graph, seed),
        loss,
        recipe,
        steps: lab.steps,
        sight: (now) => sight(lab, graph, now, faces),
        async batchOf(t) {
          const { input, indices } = batchOf(faces, seed, t);
          const target = pointsOf(faces, indices, 'points');
          if (id === 'l2' || !teachers) return { input, targets: { target } };
          const tough = await lab.backend.infer(teachers.tough.graph, teachers.tough.weights, input);
          if (id === 'tough') return { input, targets: { target: tough } };
          const tolerant = await lab.backend.infer(teachers.tolerant.graph, teachers.tolerant.weights, input);
          return { input, targets: { target, tough, tolerant } };
        },
      });
      const errors = await errorsOf(lab, graph, weights, faces, 'points');
      lab.report({
        arm: id,
        seed,
        values: {
          nme: errors.reduce((a, b) => a + b, 0) / errors.length,
          failures: errors.filter((error) => error > 0.1).length / errors.length,
          parameters: parametersOf(graph),
          stepMs,
        },
        ...(id !== 'l2' &&
          teachers && {
            note: `teachers: tough ${percent(teachers.tough.error)}, tolerant ${percent(teachers.tolerant.error)} of its own points`,
          }),
      });
    }
  },
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

type Faces = (index: number) => DrawnFace;
function drawnFaces(): Faces {
  const known = new Map<number, DrawnFace>();
  return (index) => {
    let found = known.get(index);
    if (!found) known.set(index, (found = face(0, index, SIDE, KEPT)));
    return found;
  };
}

function batchOf(faces: Faces, seed: number, t: number): { readonly input: Float32Array; readonly indices: number[] } {
  const indices = Array.from({ length: BATCH }, (_, row) => hashOf(seed, t, row) % COUNT);
  return { input: joined(indices.map((index) => faces(index).pixels)), indices };
}

const pointsOf = (faces: Faces, indices: readonly number[], which: 'points' | 'tolerant'): Float32Array =>
  joined(indices.map((index) => faces(index)[which]));

/** The two teachers: twice as wide, twice as long; the tolerant one learns the faces' first modes. */
async function taught(lab: Lab, faces: Faces): Promise<Teachers> {
  const single = netOf('teacher', net(2));
  const one = async (which: 'points' | 'tolerant', arm: string): Promise<Taught> => {
    const { weights } = await lab.teach({
      arm,
      seed: 0,
      graph: single,
      start: startWeights(single, 1000),
      loss: { name: 'mse' },
      recipe,
      steps: 2 * lab.steps,
      batchOf(t): StudyBatch {
        const { input, indices } = batchOf(faces, 1000, t);
        const targets: Targets = { target: pointsOf(faces, indices, which) };
        return { input, targets };
      },
    });
    const errors = await errorsOf(lab, single, weights, faces, which);
    return { graph: withBatch(single, BATCH), weights, error: errors.reduce((a, b) => a + b, 0) / errors.length };
  };
  return { tough: await one('points', 'the tough teacher'), tolerant: await one('tolerant', 'the tolerant teacher') };
}

/** Of each held-out face. */
async function errorsOf(
  lab: Lab,
  graph: InferredGraph,
  weights: NetTensors,
  faces: Faces,
  which: 'points' | 'tolerant',
): Promise<readonly number[]> {
  const rows = await lab.ask(graph, weights, HELD_OUT, (index) => faces(ASIDE + index).pixels);
  return rows.map((row, index) => {
    const truth = faces(ASIDE + index)[which];
    const apart = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number =>
      Math.hypot((a[2 * i] as number) - (b[2 * j] as number), (a[2 * i + 1] as number) - (b[2 * j + 1] as number));
    const eyes = apart(truth, eyeCorners[0], truth, eyeCorners[1]);
    const sum = Array.from({ length: facePoints }, (_, i) => apart(row, i, truth, i)).reduce((a, b) => a + b, 0);
    return sum / facePoints / eyes;
  });
}

async function sight(
  lab: Lab,
  graph: InferredGraph,
  weights: NetTensors,
  faces: Faces,
): Promise<Pick<StudySight, 'side' | 'pictures'>> {
  const rows = await lab.ask(graph, weights, SHOWN, (index) => faces(ASIDE + index).pixels);
  const shared = (points: Float32Array): number[] => Array.from(points, (value) => (value + 1) / 2);
  return {
    side: SIDE,
    pictures: rows.map((row, index) => {
      const { pixels, points } = faces(ASIDE + index);
      const rgba = Uint8ClampedArray.from({ length: SIDE * SIDE * 4 }, (_, i) =>
        i % 4 === 3 ? 255 : ((pixels[3 * Math.floor(i / 4) + (i % 4)] as number) + 1) * 127.5,
      );
      return { rgba, truth: shared(points), found: shared(row) };
    }),
  };
}
