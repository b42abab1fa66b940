// Sensitivity, partial quantization and files: a spoiled layer ranks first, a target is met by floats, a file gives the same net back.
import { describe, expect, it } from 'vitest';
import { elements } from '../../../src/gpu-kernels/op.ts';
import type { Step } from '../../../src/gpu-kernels/families/index.ts';
import { openPreset } from '../../../src/cli/source.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { agreementOf } from '../../../src/graph/quant/compare.ts';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { equalize } from '../../../src/graph/quant/equalize.ts';
import { isQuantizedFile, readQuantized, writeQuantized } from '../../../src/graph/quant/file.ts';
import { constantName, type FoldedNet } from '../../../src/graph/quant/fold.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { isProduct, layerId } from '../../../src/graph/quant/layers.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded, runProgram } from '../../../src/graph/quant/run-program.ts';
import { partialQuantization, quantizable, rankLayers, type Subject } from '../../../src/graph/quant/sensitivity.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { foldPreset, pictureFor, prepare } from './golden-nets.ts';

const size = 32;
const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };

const logits = (net: QuantizedNet, picture: Float32Array): Float32Array => {
  const { program, constants } = integerProgram(net);
  return runProgram(program, constants, picture).get(program.outputs[0]?.node as string) as Float32Array;
};

/** A small net, its float logits on a picture, and how its quantized forms are judged. */
async function subjectOf(name: string, change: (folded: FoldedNet) => FoldedNet): Promise<Subject> {
  const folded = change(foldPreset(name, size));
  const pictures = ['one', 'two'].map((salt) => pictureFor(size, salt));
  const ranges = (await calibrate(folded, runFolded(folded), pictures, { histograms: false })).ranges('max');
  const seen = pictures.slice(0, 1);
  const output = folded.program.outputs[0]?.node as string;
  const reference = seen.map(
    (picture) => runProgram(folded.program, folded.constants, picture).get(output) as Float32Array,
  );
  const evaluate = (net: QuantizedNet) => Promise.resolve(seen.map((picture) => logits(net, picture)));
  return { folded, ranges, recipe, reference, evaluate };
}

/**
 * The same function in floats, but the weights of the `which`th projection no longer fit a byte: its first input channel is made
 * always 0, and the weights that read it so large that all others round to 0. No other layer's numbers change their range.
 */
function spoil(folded: FoldedNet, which: number): { folded: FoldedNet; layer: string } {
  const { steps } = folded.program;
  const at = steps.flatMap((step, i) =>
    step.family === 'depthwise' && steps[i + 1]?.family === 'pointwise' ? [i] : [],
  );
  const [first, second] = [at[which] as number, (at[which] as number) + 1].map((i) => steps[i]) as [Step, Step];
  const constants = new Map(folded.constants);
  const change = (step: Step, role: string, work: (data: Float32Array) => void): void => {
    const data = Float32Array.from(constants.get(constantName(step, role)) as Float32Array);
    work(data);
    constants.set(constantName(step, role), data);
  };
  const channels = first.outputs[0]?.shape.at(-1) ?? 0;
  change(first, 'weight', (data) => data.fill(0, 0, data.length / channels));
  change(first, 'bias', (data) => data.fill(0, 0, 1));
  change(second, 'weight', (data) => {
    for (let i = 0; i < data.length; i += channels) data[i] = 1000;
  });
  return { folded: { ...folded, constants }, layer: layerId(second) };
}

describe('sensitivity', () => {
  for (const which of [0, 7])
    it(`a layer spoiled on purpose ranks first: projection ${which}`, async () => {
      let layer = '';
      const subject = await subjectOf('mobilenetv2_035', (folded) => {
        const spoiled = spoil(folded, which);
        ({ layer } = spoiled);
        return spoiled.folded;
      });
      const ranking = await rankLayers(subject);
      expect(ranking[0]?.layer).toBe(layer);
      // Not by a hair: the next one is another world.
      const [worst, next] = ranking.map(({ agreement }) => agreement.logitsSqnrDb) as [number, number];
      expect(next - worst).toBeGreaterThan(6);
      expect(ranking.map((entry) => entry.layer).sort()).toEqual([...quantizable(subject.folded)].sort());
    });

  it('keeping the spoiled layer in float heals the net, the same way each time', async () => {
    let layer = '';
    const subject = await subjectOf('mobilenetv2_035', (folded) => {
      const spoiled = spoil(folded, 5);
      ({ layer } = spoiled);
      return spoiled.folded;
    });
    const ranking = (await rankLayers(subject)).map((entry) => entry.layer);
    expect((await rankLayers(subject)).map((entry) => entry.layer)).toEqual(ranking);
    const sqnr = async (float: readonly string[]): Promise<number> =>
      agreementOf(
        subject.reference,
        await subject.evaluate(quantizeNet(subject.folded, subject.ranges, { ...recipe, float })),
      ).logitsSqnrDb;
    expect((await sqnr([layer])) - (await sqnr([]))).toBeGreaterThan(6);
    const partial = await partialQuantization(subject, ranking, 1);
    expect(partial.met).toBe(true);
    expect(partial.float).toEqual(ranking.slice(0, partial.float.length));
    expect(partial.float.length).toBeLessThan(ranking.length);
  });

  it('a value whose bytes tell nothing puts both who make and who read it in front', async () => {
    const plain = await subjectOf('mobilenetv2_035', (folded) => folded);
    const layer = plain.folded.program.steps.filter(isProduct).map(layerId)[7] as string;
    const ranges = new Map(plain.ranges).set(layer, { low: -20000, high: 20000 });
    const leaders = (await rankLayers({ ...plain, ranges })).slice(0, 2).map((entry) => entry.layer);
    const reader = plain.folded.program.steps.find(({ inputs }) => inputs.some(({ id }) => id === layer));
    expect(leaders.sort()).toEqual([layer, layerId(reader as Step)].sort());
  });
});

describe('files', () => {
  it('are at most 0.27 of the float32 net and give the same logits back', async () => {
    const { folded, calibration } = await prepare('mobilenetv2_100', size, 2);
    const net = quantizeNet(folded, calibration.ranges('max'), recipe);
    const facts = {
      name: 'mobilenetv2_100',
      architecture: print(openPreset('mobilenetv2_100', { input: size }).architecture),
      preprocessing: { crop: 0.875, interpolation: 'bicubic' as const },
      imagenet: false,
    };
    const file = writeQuantized(net, facts);
    const float32 = 4 * graphParams(folded.graph).reduce((sum, { shape }) => sum + elements(shape), 0);
    expect(file.length / float32).toBeLessThanOrEqual(0.27);
    expect(isQuantizedFile(readSafetensors(file))).toBe(true);
    const back = readQuantized(file);
    expect(back.facts).toEqual(facts);
    expect(back.net.recipe).toEqual(net.recipe);
    const picture = pictureFor(size, 'unseen');
    expect(logits(back.net, picture)).toEqual(logits(net, picture));
    for (const at of [9, 200, 5000]) {
      const broken = file.slice();
      broken[at] = (broken[at] as number) ^ 0xff;
      expect(() => readQuantized(broken)).toThrow();
    }
  });

  it('keep float layers and equalised bounds', async () => {
    const { folded, pictures } = await prepare('mobilenetv2_050', size, 2);
    const even = equalize(folded);
    const ranges = (await calibrate(even, runFolded(even), pictures, { histograms: false })).ranges('max');
    const float = quantizable(even).slice(3, 5);
    const net = quantizeNet(even, ranges, { ...recipe, equalized: true, float });
    const file = writeQuantized(net, {
      name: 'x',
      architecture: print(openPreset('mobilenetv2_050', { input: size }).architecture),
      preprocessing: {},
      imagenet: true,
    });
    const picture = pictureFor(size, 'unseen');
    const back = readQuantized(file).net;
    expect([...back.floatLayers.keys()]).toEqual(float);
    expect(logits(back, picture)).toEqual(logits(net, picture));
  });
});

describe('equalisation', () => {
  it('keeps the function and evens out the weights', () => {
    const folded = foldPreset('mobilenetv2_050', size);
    // Channels of very different size, as trained depthwise nets have them.
    const pair = folded.program.steps.findIndex(
      (step, i) => step.family === 'pointwise' && folded.program.steps[i + 1]?.family === 'depthwise',
    );
    const [first, second] = [folded.program.steps[pair], folded.program.steps[pair + 1]] as [
      (typeof folded.program.steps)[number],
      (typeof folded.program.steps)[number],
    ];
    const uneven = new Map(folded.constants);
    const depthwise = Float32Array.from(
      uneven.get(constantName(second, 'weight')) as Float32Array,
      (w, i) => w * 10 ** ((Math.floor(i / 9) % 5) - 2),
    );
    uneven.set(constantName(second, 'weight'), depthwise);
    const before = { ...folded, constants: uneven };
    const after = equalize(before);
    const picture = pictureFor(size, 'unseen');
    const output = folded.program.outputs[0]?.node as string;
    const [x, y] = [before, after].map(
      ({ program, constants }) => runProgram(program, constants, picture).get(output) as Float32Array,
    ) as [Float32Array, Float32Array];
    const worst = Math.max(...x.map((value, i) => Math.abs(value - (y[i] as number))));
    expect(worst).toBeLessThan(1e-4 * Math.max(...x.map(Math.abs)));
    const uneveness = (weight: ArrayLike<number>): number => {
      const most = Array.from({ length: weight.length / 9 }, (_, c) =>
        Math.max(...Array.from({ length: 9 }, (__, i) => Math.abs(weight[c * 9 + i] as number))),
      );
      return Math.max(...most) / Math.min(...most);
    };
    expect(uneveness(after.constants.get(constantName(second, 'weight')) as Float32Array)).toBeLessThan(
      uneveness(depthwise) / 5,
    );
    expect(first.family).toBe('pointwise');
  });
});
