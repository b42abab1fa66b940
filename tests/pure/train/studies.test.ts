// The papers' mechanisms, each in a few steps: what is exact is held exactly; what a study would see is not asserted.
import { describe, expect, test } from 'vitest';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { readQuantized, writeQuantized } from '../../../src/graph/quant/file.ts';
import { foldNet } from '../../../src/graph/quant/fold.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runProgram } from '../../../src/graph/quant/run-program.ts';
import { quantizeWeights } from '../../../src/graph/quant/scheme.ts';
import { cpuBackend } from '../../../src/graph/train/cpu-backend.ts';
import { drawnPatterns } from '../../../src/graph/train/data/pictures.ts';
import { runFakeQuantizedForm, trainedRanges } from '../../../src/graph/train/fake-quantized.ts';
import { roundingPoints, type FakeQuant } from '../../../src/graph/train/fake-quant-form.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { studies } from '../../../src/graph/train/studies/index.ts';
import { withIntegerBiases } from '../../../src/graph/train/studies/integer-biases.ts';
import { joined, netOf } from '../../../src/graph/train/studies/lab.ts';
import { withinOne } from '../../../src/graph/train/studies/within-one.ts';
import { differenceText, studyCsv } from '../../../src/graph/train/studies/report.ts';
import { runStudy } from '../../../src/graph/train/studies/run-study.ts';
import { calibrationError, estimate, reliability } from '../../../src/graph/train/studies/statistics.ts';
import { accuracy } from '../../../src/graph/train/studies/findings.ts';
import type { Study } from '../../../src/graph/train/studies/study.ts';
import { CpuTrainer } from '../../../src/graph/train/trainer.ts';
import { trainGraph } from '../../../src/graph/train/train-graph.ts';
import { trainingPreprocessing } from '../../../src/graph/train/weights-file.ts';

test('means, intervals and calibration are those of a textbook', () => {
  expect(estimate([1])).toEqual({ mean: 1, half: undefined });
  // t = 4.303 at two degrees of freedom, standard error 1 / √3.
  expect(estimate([1, 2, 3])).toEqual({ mean: 2, half: expect.closeTo(4.303 / Math.sqrt(3), 9) as number });
  const bins = reliability([
    { confidence: 1, right: true },
    { confidence: 0.9, right: false },
    { confidence: 0.5, right: true },
    { confidence: 0.5, right: false },
  ]);
  expect(bins).toHaveLength(15);
  expect(calibrationError(bins)).toBeCloseTo(0.25 * 0 + 0.25 * 0.9 + 0.5 * 0, 12);
  expect(differenceText({ mean: -0.0312, half: 0.01 }, accuracy)).toBe('−3.1 points (95 % interval −4.1 to −2.1)');
});

describe('quantization-aware training', () => {
  const text =
    'input 3x8x8\nact relu6\n\nconv k3 s2 c8\nds k3 c8\nmbconv k3 s2 c16 e2\nmbconv k3 c16 e2\nconv k1 c16\npool\nlinear c12\n';
  const graph = netOf('mini', text);
  const pictures = drawnPatterns(8, 0, 40, 0);
  const batch = (from: number): { input: Float32Array; labels: number[] } => {
    const drawn = Array.from({ length: 8 }, (_, row) => pictures.sample('train', from + row));
    return { input: joined(drawn.map(({ pixels }) => pixels)), labels: drawn.map(({ label }) => label) };
  };

  // Biases lie where the integer net has them: what is left is float32's rounding.
  test.each<[FakeQuant, number]>([
    [{ bn: 'frozen', emaDecay: 0.9, bits: 3 }, 0.999],
    [{ bn: 'batch', emaDecay: 0.9, bits: 3 }, 0.999],
    [{ bn: 'frozen', emaDecay: 0.9, bits: 4, perTensor: true }, 0.999],
  ])('what was trained is what the integer net computes: %j', (form, least) => {
    const batched = withBatch(graph, 8);
    const train = trainGraph(batched, { loss: { name: 'ce', label_smoothing: 0 }, fakeQuant: form });
    const start = startWeights(graph, 2);
    for (const { name } of train.updates) if (!start.has(name)) start.set(name, Float32Array.of(NaN, NaN));
    const trainer = new CpuTrainer(train, start, {
      optimizer: { name: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, decay: 'all' },
    });
    for (let t = 0; t < 4; t++) {
      const { input, labels } = batch(8 * t);
      expect(trainer.step(input, { label: labels }, 0.01).skipped).toBe(false);
    }
    const { weights: trained } = trainer.snapshot();
    const ranges = new Map([...trainedRanges(graph, trained), ['classifier', { low: -1, high: 1 }]]);
    const { bits, perTensor = false } = form;
    const recipe = {
      calibration: 'trained',
      pictures: 8,
      perChannel: !perTensor,
      equalized: false,
      float: [],
      bits,
      plain: true,
    };
    const integersOf = (of: typeof trained): QuantizedNet => quantizeNet(foldNet(batched, of), ranges, recipe);
    const weights = withIntegerBiases(foldNet(batched, trained), integersOf(trained), trained);
    const net = integersOf(weights);
    const { input } = batch(32);
    const { output, bytes } = runFakeQuantizedForm(batched, form, weights, input);
    expect([...bytes.keys()].sort()).toEqual([...roundingPoints(graph).values()].sort());
    expect(withinOne(net, bytes, input)).toBeGreaterThanOrEqual(least);
    const { program, constants } = integerProgram(net);
    const logits = runProgram(program, constants, input).get('classifier') as Float32Array;
    const most = Math.max(...output.map(Math.abs));
    for (const [i, value] of logits.entries())
      expect(Math.abs(value - (output[i] as number))).toBeLessThan(0.05 * most);
    // The file gives the same net.
    const facts = { name: 'mini', architecture: text, preprocessing: { ...trainingPreprocessing }, imagenet: false };
    const { net: read } = readQuantized(writeQuantized(net, facts));
    expect(read.recipe).toEqual(recipe);
    const single = integerProgram(read);
    const first = runProgram(single.program, single.constants, input.subarray(0, input.length / 8)).get('classifier');
    expect(first).toEqual(logits.slice(0, 12));
  });

  test.each([
    [3, 7],
    [4, 15],
    [8, 255],
  ] as const)('%i bits are at most %i values, with the bias as fine as with 8', (bits, most) => {
    const weight = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * 1.7));
    const made = quantizeWeights(weight, [0.1234, -0.3], 0.01, true, 1, bits);
    expect(new Set(made.weight).size).toBeLessThanOrEqual(most);
    const step = 1 / ((most - 1) / 2);
    made.weight.forEach((q, i) => {
      expect(Math.abs(q * (made.scale[Math.floor(i / 200)] as number) - (weight[i] as number))).toBeLessThanOrEqual(
        0.5001 * step,
      );
    });
    made.bias.forEach((q, o) =>
      expect(Math.abs(q * 0.01 * (made.scale[o] as number) - [0.1234, -0.3][o]!)).toBeLessThan(1e-4),
    );
  });
});

test('S0 sees one picture at a time: its output and gradient do not change with the others of the batch; those of B0 and BN do', () => {
  const found = Object.fromEntries(
    (['bn', 'evonormb0', 'evonorms0'] as const).map((norm) => {
      const graph: InferredGraph = netOf(norm, `input 3x6x6\nnorm ${norm}\n\nconv k3 c8\nds k3 c8\npool\nlinear c3\n`);
      const train = trainGraph(withBatch(graph, 2), { loss: { name: 'mse' }, inputGradient: true });
      const pixels = (from: number): number[] => Array.from({ length: 108 }, (_, i) => Math.sin(1.3 * (from + i)));
      const [one, other] = [0, 1000].map((mate) => {
        const trainer = new CpuTrainer(train, startWeights(graph, 0), {
          optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0, decay: 'all' },
        });
        const { output, inputGradient } = trainer.step(
          Float32Array.from([...pixels(7), ...pixels(500 + mate)]),
          { target: new Float32Array(6) },
          0.1,
        );
        return [...output.subarray(0, 3), ...(inputGradient as Float32Array).subarray(0, 108)];
      });
      return [norm, one?.every((value, i) => value === other?.[i])];
    }),
  );
  expect(found).toEqual({ bn: false, evonormb0: false, evonorms0: true });
});

test('a study is run seed by seed, and its report says what was seen', async () => {
  const study: Study = {
    title: 'Two constants',
    asks: '',
    paper: '',
    steps: 7,
    seeds: 3,
    arms: [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B' },
      { id: 'c', label: 'C', usual: false },
    ],
    measures: [accuracy],
    run(lab, seed) {
      for (const [arm, base] of [
        ['a', 0.5],
        ['b', 0.6],
        ['c', 0],
      ] as const)
        if (lab.arms.has(arm)) lab.report({ arm, seed, values: { accuracy: base + 0.01 * seed } });
      return Promise.resolve();
    },
  };
  const options = { backend: cpuBackend(), now: () => 0 };
  const report = await runStudy('constants', study, options);
  expect(report.sentence).toBe(
    'Accuracy over 3 seeds: A 51.0 %, B 61.0 %. B against A: +10.0 points (95 % interval +10.0 to +10.0).',
  );
  expect(studyCsv(report).split('\n').slice(0, 3)).toEqual(['arm,seed,accuracy,note', 'a,0,0.5,', 'b,0,0.6,']);
  await expect(runStudy('constants', study, { ...options, arms: ['d'] })).rejects.toThrow(
    'no arm is called "d"; there are a, b, c',
  );
});

test('a study’s runs tell their steps, and one that is stopped answers with what there is', async () => {
  let [steps, stopped] = [0, false];
  const report = await runStudy('evonorm', studies['evonorm'] as Study, {
    backend: cpuBackend(),
    steps: 1,
    arms: ['s0-32', 'bn-32'],
    now: () => 0,
    pause() {
      if (stopped) throw new Error('stopped');
      return undefined;
    },
    stopped: () => stopped,
    events: { point: () => void steps++, result: () => (stopped = true) },
  });
  expect([steps, report.runs.map(({ arm }) => arm)]).toEqual([2, ['bn-32']]);
});
