// Distillation by concordance (Wav2Small, arXiv 2408.13920): small students learn a teacher's arousal, valence and dominance of drawn voices.
import { Draws, hashOf } from '../../search/random.ts';
import { voice, voiceShape, type DrawnVoice } from '../data/voices.ts';
import { lossOf } from '../loss-value.ts';
import type { Loss } from '../loss.ts';
import { startWeights } from '../start-weights.ts';
import { parameters, stepMs, type StudyMeasure } from './findings.ts';
import { joined, netOf, parametersOf, type StudyBatch } from './lab.ts';
import type { Study } from './study.ts';

const BATCH = 16;
const COUNT = 1500;
const HELD_OUT = 300;
/** Where the numbers of held-out voices begin. */
const ASIDE = 1_000_000;
/** Deviation of the teacher from what was spoken. */
const DOUBT = 0.1;
const recipe = `batch ${BATCH}\nrate 0.01 cosine to 0, warm-up 10\noptimizer adamw`;

const head = `input 1x${voiceShape.join('x')}\n\n`;
const students = [
  {
    id: 'wav2small',
    label: 'Convolutions as in Wav2Small',
    text: 'conv k3 c8\nmaxpool k3 s2\nconv k3 c8\nconv k3 c8\nmaxpool k3 s2\nconv k3 c13\npool\nlinear c3\n',
    loss: { name: 'ccc' },
  },
  {
    id: 'mobilenet',
    label: 'Depthwise, as in MobileNet',
    text: 'conv k3 s2 c12\nds k3 c16\nds k3 s2 c24\nds k3 c24\npool\nlinear c3\n',
    loss: { name: 'ccc' },
  },
  {
    id: 'squares',
    label: 'Depthwise, squared error',
    text: 'conv k3 s2 c12\nds k3 c16\nds k3 s2 c24\nds k3 c24\npool\nlinear c3\n',
    loss: { name: 'mse' },
  },
] as const satisfies readonly {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly loss: Loss;
}[];

const ofOne = (id: string, label: string): StudyMeasure => ({
  id,
  label,
  unit: 'number',
  title: `Concordance with the ${label.toLowerCase()} that was spoken, held-out voices`,
});

export const concordance: Study = {
  title: 'How it is spoken',
  asks: 'Small students learn a teacher’s arousal, valence and dominance of drawn voices, by concordance and by squared error.',
  paper: 'Wav2Small, arXiv 2408.13920',
  steps: 300,
  seeds: 3,
  arms: students.map(({ id, label }) => ({ id, label })),
  measures: [
    {
      id: 'ccc',
      label: 'Concordance',
      unit: 'number',
      title: 'Mean concordance correlation with what was spoken, over held-out voices',
    },
    ofOne('arousal', 'Arousal'),
    ofOne('valence', 'Valence'),
    ofOne('dominance', 'Dominance'),
    parameters,
    stepMs,
  ],
  against: (arm) => (arm === 'squares' ? 'mobilenet' : 'wav2small'),
  async run(lab, seed) {
    const known = new Map<number, DrawnVoice>();
    const voiceAt = (index: number): DrawnVoice => {
      let found = known.get(index);
      if (!found) known.set(index, (found = voice(0, index)));
      return found;
    };
    const batchOf = (t: number): StudyBatch => {
      const drawn = Array.from({ length: BATCH }, (_, row) => hashOf(seed, t, row) % COUNT);
      // The teacher's word on a voice is the same whenever it is asked.
      const target = drawn.flatMap((index) => {
        const doubt = new Draws(1, index);
        return voiceAt(index).spoken.map((value) => value + DOUBT * doubt.normal());
      });
      return { input: joined(drawn.map((index) => voiceAt(index).spectrum)), targets: { target } };
    };
    for (const { id, text, loss } of students) {
      if (!lab.arms.has(id)) continue;
      const graph = netOf(id, head + text);
      const start = startWeights(graph, seed);
      const taught = await lab.teach({ arm: id, seed, graph, start, loss, recipe, steps: lab.steps, batchOf });
      const rows = await lab.ask(graph, taught.weights, HELD_OUT, (index) => voiceAt(ASIDE + index).spectrum);
      const truth = rows.map((_, index) => voiceAt(ASIDE + index).spoken);
      const [arousal, valence, dominance] = [0, 1, 2].map((column) =>
        agreement(
          rows.map((row) => row[column] as number),
          truth.map((spoken) => spoken[column] as number),
        ),
      ) as [number, number, number];
      const ccc = (arousal + valence + dominance) / 3;
      const own = { parameters: parametersOf(graph), stepMs: taught.stepMs };
      lab.report({ arm: id, seed, values: { ccc, arousal, valence, dominance, ...own } });
    }
  },
};

/** Concordance correlation of a whole set (Lin 1989). */
export const agreement = (found: readonly number[], truth: readonly number[]): number =>
  1 - lossOf({ name: 'ccc' }, found, { target: truth }, 1).value;
