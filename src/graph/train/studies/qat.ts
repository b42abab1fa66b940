// Quantization-aware training (arXiv 1712.05877, 2004.09602): a net loses answers to few bits, is trained on with the rounding in it, and runs as integers.
import { withBatch } from '../../ir/batch.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { calibrate, type Calibration } from '../../quant/calibrate.ts';
import { writeQuantized } from '../../quant/file.ts';
import { foldNet, type FoldedNet } from '../../quant/fold.ts';
import { integerProgram } from '../../quant/integer-program.ts';
import { calibrationMethods, type CalibrationMethod } from '../../quant/observers.ts';
import { quantizeNet, type QuantizedNet, type Recipe } from '../../quant/quantize.ts';
import { runFolded, runProgram } from '../../quant/run-program.ts';
import { hashOf } from '../../search/random.ts';
import { drawnPatterns, type LabelledPictures } from '../data/pictures.ts';
import type { FakeQuant } from '../fake-quant-form.ts';
import { runFakeQuantizedForm, startRanges, trainedRanges } from '../fake-quantized.ts';
import { startWeights } from '../start-weights.ts';
import { trainingPreprocessing } from '../weights-file.ts';
import { arms, FLOAT, keyOf, LONGER, settings, ways, type QatSetting } from './qat-arms.ts';
import { withIntegerBiases } from './integer-biases.ts';
import { withinOne } from './within-one.ts';
import { INFERRED, joined, netOf, type StudyBatch, type Lab, type NetTensors, type TaughtNet } from './lab.ts';
import { smallNet } from './nets.ts';
import { accuracy, stepMs } from './findings.ts';
import type { Study } from './study.ts';

const BATCH = 16;
const COUNT = 1200;
const CALIBRATED = 40;
const ROWS = INFERRED;
/** Of the float net's largest rate. */
const floatRecipe = `batch ${BATCH}\nrate 0.02 cosine to 0, warm-up 10\noptimizer adamw`;
const qatRecipe = `batch ${BATCH}\nrate 0.004 cosine to 0, warm-up 5\noptimizer adamw`;

interface Float {
  readonly graph: InferredGraph;
  readonly batched: InferredGraph;
  readonly weights: NetTensors;
  readonly folded: FoldedNet;
  readonly calibration: Calibration;
  readonly pictures: LabelledPictures;
  readonly seed: number;
}

export const qat: Study = {
  title: 'Squeeze it to 3 bits',
  asks: 'Weights of 8, 4 and 3 bits: rounded after training with the best calibration, and trained on with the rounding in it.',
  paper: 'Jacob et al., arXiv 1712.05877; Wu et al., arXiv 2004.09602',
  steps: 300,
  seeds: 3,
  arms,
  measures: [
    accuracy,
    {
      id: 'withinOne',
      label: 'Within 1',
      unit: 'share',
      title: 'Bytes of the integer net, all layers, at most one step from those of the net as it was trained',
    },
    { id: 'bytes', label: 'File', unit: 'whole', title: 'Bytes of the net as a file' },
    stepMs,
  ],
  against: (arm) =>
    arm === FLOAT.id ? undefined : arm === LONGER.id || arm.startsWith('ptq') ? FLOAT.id : arm.replace(/^\w+/, 'ptq'),
  async run(lab, seed) {
    const float = await floatNet(lab, seed);
    const isLonger = [...lab.arms].some((arm) => arm.startsWith('longer'));
    const longer = isLonger ? await trainedLonger(lab, float) : undefined;
    for (const setting of settings) {
      const wanted = ways.filter((way) => lab.arms.has(`${way}-${keyOf(setting)}`));
      if (wanted.length === 0) continue;
      const best = await bestCalibration(lab, float, setting);
      for (const way of wanted) {
        const arm = `${way}-${keyOf(setting)}`;
        if (way === 'ptq') await reportRounded(lab, float, best.ofAll, arm);
        else if (way === 'longer') {
          if (longer) await reportRounded(lab, longer, (await bestCalibration(lab, longer, setting)).ofAll, arm);
        } else await trainOn(lab, float, setting, way, best.plain.method, arm);
      }
    }
  },
};

async function floatNet(lab: Lab, seed: number): Promise<Float> {
  const pictures = drawnPatterns(12, seed, COUNT, 0);
  const graph = netOf('patterns-12', smallNet({ classes: pictures.classes.length }));
  const taught = await lab.teach({
    arm: FLOAT.id,
    seed,
    graph,
    start: startWeights(graph, seed),
    loss: { name: 'ce', label_smoothing: 0 },
    recipe: floatRecipe,
    steps: lab.steps,
    batchOf: (t) => batchOf(pictures, seed, t),
  });
  return calibrated(lab, FLOAT.id, { graph, pictures, seed }, taught);
}

/** The float net as many steps further as others learn with the rounding in them, at the same rates. */
async function trainedLonger(lab: Lab, float: Float): Promise<Float> {
  const { graph, pictures, seed } = float;
  const taught = await lab.teach({
    arm: LONGER.id,
    seed,
    graph,
    start: float.weights,
    loss: { name: 'ce', label_smoothing: 0 },
    recipe: qatRecipe,
    steps: Math.ceil(lab.steps / 2),
    batchOf: (t) => batchOf(pictures, seed, lab.steps + t),
  });
  return calibrated(lab, LONGER.id, float, taught);
}

/** The net folded and its ranges looked at; it is reported as `arm` where that is wanted. */
async function calibrated(
  lab: Lab,
  arm: string,
  { graph, pictures, seed }: Pick<Float, 'graph' | 'pictures' | 'seed'>,
  taught: TaughtNet,
): Promise<Float> {
  const batched = withBatch(graph, ROWS);
  const folded = foldNet(batched, taught.weights);
  const inputs = Array.from({ length: CALIBRATED / ROWS }, (_, at) =>
    joined(Array.from({ length: ROWS }, (_, row) => pictures.sample('train', at * ROWS + row).pixels)),
  );
  const calibration = await calibrate(folded, runFolded(folded), inputs);
  if (lab.arms.has(arm)) {
    const score = await lab.score(graph, taught.weights, pictures);
    const bytes = 4 * [...taught.weights.values()].reduce((sum, { length }) => sum + length, 0);
    lab.report({ arm, seed, values: { accuracy: score.accuracy, bytes, stepMs: taught.stepMs } });
  }
  return { graph, batched, weights: taught.weights, folded, calibration, pictures, seed };
}

function batchOf(pictures: LabelledPictures, seed: number, t: number): StudyBatch {
  const drawn = Array.from({ length: BATCH }, (_, row) => pictures.sample('train', hashOf(seed, t, row) % COUNT));
  return { input: joined(drawn.map(({ pixels }) => pixels)), targets: { label: drawn.map(({ label }) => label) } };
}

interface Calibrated {
  readonly method: CalibrationMethod;
  readonly plain: boolean;
  readonly net: QuantizedNet;
  readonly accuracy: number;
}

const recipeOf = ({ bits, perTensor }: QatSetting, calibration: string, plain: boolean): Recipe => ({
  calibration,
  pictures: CALIBRATED,
  perChannel: !perTensor,
  equalized: false,
  float: [],
  bits,
  plain,
});

/** By accuracy on the pictures that runs are checked on; of equal ones the first. */
async function bestCalibration(
  lab: Lab,
  float: Float,
  setting: QatSetting,
): Promise<{ readonly ofAll: Calibrated; readonly plain: Calibrated }> {
  const tried: Calibrated[] = [];
  for (const plain of [false, true])
    for (const method of calibrationMethods) {
      const net = quantizeNet(float.folded, float.calibration.ranges(method), recipeOf(setting, method, plain));
      tried.push({ method, plain, net, accuracy: await integerAccuracy(lab, float, net, 'check') });
    }
  const best = (of: readonly Calibrated[]): Calibrated => of.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  return { ofAll: best(tried), plain: best(tried.filter(({ plain }) => plain)) };
}

async function reportRounded(lab: Lab, float: Float, { net, method, plain }: Calibrated, arm: string): Promise<void> {
  lab.report({
    arm,
    seed: float.seed,
    values: { accuracy: await integerAccuracy(lab, float, net), bytes: exported(float, net).length },
    note: `${method}, ${plain ? 'plain rounding' : 'kernel sums and biases corrected'}`,
  });
}

async function integerAccuracy(
  lab: Lab,
  float: Float,
  net: QuantizedNet,
  part: 'check' | 'test' = 'test',
): Promise<number> {
  const { program, constants } = integerProgram(net);
  const output = float.graph.outputs[0] as string;
  const infer = (_: InferredGraph, input: Float32Array): Float32Array =>
    runProgram(program, constants, input).get(output) as Float32Array;
  return (await lab.score(float.graph, float.weights, float.pictures, part, infer)).accuracy;
}

async function trainOn(
  lab: Lab,
  float: Float,
  setting: QatSetting,
  bn: 'frozen' | 'batch',
  method: CalibrationMethod,
  arm: string,
): Promise<void> {
  const { graph, batched, pictures, seed } = float;
  // Ranges stay those of the calibration where norms are frozen (arXiv 2004.09602 §5), and follow the batches where they are not.
  const form: FakeQuant = { bn, emaDecay: bn === 'frozen' ? 1 : 0.99, ...setting };
  const found = float.calibration.ranges(method);
  const taught = await lab.teach({
    arm,
    seed,
    graph,
    start: new Map([...float.weights, ...startRanges(graph, found)]),
    loss: { name: 'ce', label_smoothing: 0 },
    recipe: qatRecipe,
    steps: Math.ceil(lab.steps / 2),
    fakeQuant: form,
    batchOf: (t) => batchOf(pictures, seed, lab.steps + t),
  });
  // The logits leave as floats: their range is only there to be complete.
  const ranges = new Map([...found, ...trainedRanges(graph, taught.weights)]);
  const integersOf = (weights: NetTensors): { folded: FoldedNet; net: QuantizedNet } => {
    const folded = foldNet(batched, weights);
    return { folded, net: quantizeNet(folded, ranges, recipeOf(setting, method, true)) };
  };
  const first = integersOf(taught.weights);
  const weights = withIntegerBiases(first.folded, first.net, taught.weights);
  const { net } = integersOf(weights);
  const input = joined(Array.from({ length: ROWS }, (_, row) => pictures.sample('test', row).pixels));
  const file = exported(float, net);
  lab.report({
    arm,
    seed,
    values: {
      accuracy: await integerAccuracy(lab, float, net),
      withinOne: withinOne(net, runFakeQuantizedForm(batched, form, weights, input).bytes, input),
      bytes: file.length,
      stepMs: taught.stepMs,
    },
    note: method,
    file: { name: `patterns-12.${keyOf(setting)}.int8.safetensors`, bytes: file },
  });
}

/** The integer net as a file for one picture. */
const exported = ({ graph }: Pick<Float, 'graph'>, net: QuantizedNet): Uint8Array =>
  writeQuantized(net, {
    name: graph.name,
    architecture: smallNet({ classes: 12 }),
    preprocessing: { ...trainingPreprocessing },
    imagenet: false,
  });
