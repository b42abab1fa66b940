// EvoNorm at small batches (arXiv 2004.02967): batch norm, B0 and S0 with 2, 8 and 32 pictures a step, the same number of pictures shown.
import { drawnPatterns } from '../data/pictures.ts';
import { hashOf } from '../../search/random.ts';
import { startWeights } from '../start-weights.ts';
import { joined, netOf, parametersOf } from './lab.ts';
import { smallNet } from './nets.ts';
import { accuracy, parameters, stepMs } from './findings.ts';
import type { Study } from './study.ts';

const norms = [
  { id: 'bn', label: 'BN', norm: 'bn' },
  { id: 'b0', label: 'EvoNorm-B0', norm: 'evonormb0' },
  { id: 's0', label: 'EvoNorm-S0', norm: 'evonorms0' },
] as const;
const batches = [2, 8, 32] as const;

/** Pictures to learn from. */
const COUNT = 600;
/** AdamW's rate at 32 pictures a step; others by the square root of their share (arXiv 2205.10287). */
const RATE = 0.02;

export const evonorm: Study = {
  title: 'A batch of two',
  asks: 'Batch norm and EvoNorm with 2, 8 and 32 pictures a step, all shown the same number of pictures.',
  paper: 'Evolving Normalization-Activation Layers, arXiv 2004.02967',
  steps: 75,
  seeds: 3,
  arms: batches.flatMap((batch) =>
    norms.map(({ id, label }) => ({ id: `${id}-${batch}`, label: `${label}, batch ${batch}` })),
  ),
  measures: [accuracy, parameters, stepMs],
  against: (arm) => `bn-${arm.split('-')[1] ?? ''}`,
  async run(lab, seed) {
    const pictures = drawnPatterns(12, seed, COUNT, 0);
    for (const batch of batches)
      for (const { id, norm } of norms) {
        const arm = `${id}-${batch}`;
        if (!lab.arms.has(arm)) continue;
        const graph = netOf(arm, smallNet({ classes: pictures.classes.length, norm }));
        const rate = RATE * Math.sqrt(batch / 32);
        const taught = await lab.teach({
          arm,
          seed,
          graph,
          start: startWeights(graph, seed),
          loss: { name: 'ce', label_smoothing: 0 },
          recipe: `batch ${batch}\nrate ${rate} cosine to 0, warm-up 5\noptimizer adamw\nclip 2`,
          steps: (lab.steps * 32) / batch,
          batchOf(t) {
            const drawn = Array.from({ length: batch }, (_, row) =>
              // The same pictures in the same order, whatever the batch.
              pictures.sample('train', hashOf(seed, t * batch + row) % COUNT),
            );
            return {
              input: joined(drawn.map(({ pixels }) => pixels)),
              targets: { label: drawn.map(({ label }) => label) },
            };
          },
        });
        const score = await lab.score(graph, taught.weights, pictures);
        lab.report({
          arm,
          seed,
          values: {
            accuracy: score.accuracy,
            parameters: parametersOf(graph),
            stepMs: taught.stepMs,
          },
          ...(taught.skipped > 0 && { note: `${taught.skipped} updates left out: not finite` }),
        });
      }
  },
};
