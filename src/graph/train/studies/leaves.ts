// Coordinate attention on leaves (arXiv 2207.11238): a net with squeeze-excite that knows other pictures learns leaf diseases, with its gates or with others.
import { drawnLeaves, drawnPatterns, type LabelledPictures } from '../data/pictures.ts';
import { hashOf } from '../../search/random.ts';
import { startWeights } from '../start-weights.ts';
import { accuracy, parameters, stepMs } from './findings.ts';
import { INFERRED, joined, netOf, parametersOf, type Lab, type NetTensors, type StudyBatch } from './lab.ts';
import type { Study } from './study.ts';

const BATCH = 16;
const SIDE = 24;
/** Patterns that every net has learned before, and leaves that it learns from. */
const [KNOWN, LEAVES] = [3000, 450] as const;
const recipe = `batch ${BATCH}\nrate 0.01 cosine to 0, warm-up 10\noptimizer adamw`;

const net = (gate: string, classes: number): string => `input 3x${SIDE}x${SIDE}
act hswish

conv   k3 s2 c8
mbconv k3 s2 c16 e2 ${gate}
mbconv k3    c16 e2 ${gate}
mbconv k3 s2 c24 e2 ${gate}
pool
linear c${classes}
`;

const arms = [
  { id: 'se', label: 'Squeeze-excite, as it came', gate: 'se0.25', keeps: true },
  { id: 'fresh', label: 'Squeeze-excite, gates anew', gate: 'se0.25', keeps: false },
  { id: 'ca', label: 'Coordinate attention, gates anew', gate: 'ca8', keeps: false },
] as const;

/** Of the squeeze-excite and the attention in its place. */
const isGate = (name: string): boolean => /\.(se|ca)\./.test(name);

export const leaves: Study = {
  title: 'Leaves, with other gates',
  asks: 'A net that learned patterns with squeeze-excite learns leaf diseases, with its gates, with new ones, or with coordinate attention in their place.',
  paper: 'Agricultural MobileNetV3 with coordinate attention, arXiv 2207.11238; Coordinate Attention, arXiv 2103.02907',
  steps: 250,
  seeds: 3,
  arms: arms.map(({ id, label }) => ({ id, label })),
  measures: [
    accuracy,
    {
      id: 'before',
      label: 'Before',
      unit: 'share',
      title: 'Accuracy with the head alone trained, as many steps: what the net knew before it learned leaves',
    },
    parameters,
    { id: 'bytes', label: 'File', unit: 'whole', title: 'Bytes of the weights as float32' },
    {
      id: 'latency',
      label: 'Latency',
      unit: 'ms',
      title: `Milliseconds a picture, ${INFERRED} at once, the best of five`,
    },
    stepMs,
  ],
  async run(lab, seed) {
    const known = await lab.once('known', () => pretrained(lab));
    const pictures = await lab.once('leaves', () => Promise.resolve(drawnLeaves(SIDE, 0, LEAVES)));
    for (const { id, gate, keeps } of arms) {
      if (!lab.arms.has(id)) continue;
      const graph = netOf(id, net(gate, pictures.classes.length));
      const start = startWeights(graph, seed);
      for (const [name, values] of known)
        if (start.has(name) && !name.startsWith('classifier') && (keeps || !isGate(name))) start.set(name, values);
      const lesson = {
        seed,
        graph,
        start,
        loss: { name: 'ce', label_smoothing: 0 },
        recipe,
        steps: lab.steps,
        batchOf: (t: number) => batchOf(pictures, seed, t),
      } as const;
      const head = await lab.teach({ ...lesson, arm: `${id}, head alone`, trainable: ['classifier'] });
      const before = await lab.score(graph, head.weights, pictures);
      const taught = await lab.teach({ ...lesson, arm: id });
      const score = await lab.score(graph, taught.weights, pictures);
      const count = parametersOf(graph);
      lab.report({
        arm: id,
        seed,
        values: {
          accuracy: score.accuracy,
          before: before.accuracy,
          parameters: count,
          bytes: 4 * count,
          latency: await lab.latency(graph, taught.weights, pictures.sample('test', 0).pixels),
          stepMs: taught.stepMs,
        },
      });
    }
  },
};

async function pretrained(lab: Lab): Promise<NetTensors> {
  const pictures = drawnPatterns(SIDE, 0, KNOWN, 0);
  const graph = netOf('known', net(arms[0].gate, pictures.classes.length));
  const { weights } = await lab.teach({
    arm: 'patterns, before',
    seed: 0,
    graph,
    start: startWeights(graph, 1000),
    loss: { name: 'ce', label_smoothing: 0 },
    recipe,
    steps: lab.steps,
    batchOf: (t) => batchOf(pictures, 1000, t),
  });
  return weights;
}

function batchOf(pictures: LabelledPictures, seed: number, t: number): StudyBatch {
  const drawn = Array.from({ length: BATCH }, (_, row) =>
    pictures.sample('train', hashOf(seed, t, row) % pictures.counts.train),
  );
  return { input: joined(drawn.map(({ pixels }) => pixels)), targets: { label: drawn.map(({ label }) => label) } };
}
