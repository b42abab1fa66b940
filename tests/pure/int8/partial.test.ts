// Sensitivity, partial quantisation and files: a spoiled layer ranks first, a target is met by floats, a file gives the same net back.
import { describe, expect, it } from 'vitest';
import { elements } from '../../../src/gpu-kernels/op.ts';
import { openPreset } from '../../../src/cli/source.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { argMax } from '../../../src/graph/quant/compare.ts';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { equalize } from '../../../src/graph/quant/equalize.ts';
import { isQuantizedFile, readQuantized, writeQuantized } from '../../../src/graph/quant/file.ts';
import { constantName } from '../../../src/graph/quant/fold.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { isProduct, layerId } from '../../../src/graph/quant/layers.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded, runProgram } from '../../../src/graph/quant/run-program.ts';
import { partialQuantization, quantizable, rankLayers, type Subject } from '../../../src/graph/quant/sensitivity.ts';
import { graphParams } from '../../../src/graph/weights.ts';
import { foldPreset, pictureFor, prepare } from './golden-nets.ts';

const size = 32;
const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };

const logits = (net: QuantizedNet, picture: Float32Array): Float32Array => {
  const { program, constants } = integerProgram(net);
  return runProgram(program, constants, picture).get(program.outputs[0]?.node as string) as Float32Array;
};

/** A small net of which one layer has ranges far too wide: its bytes tell almost nothing. */
async function spoiled(): Promise<{ subject: Subject; layer: string }> {
  const { folded, calibration, pictures } = await prepare('mobilenetv3_small_050', size, 2);
  const layer = folded.program.steps.filter(isProduct).map(layerId)[7] as string;
  const ranges = new Map(calibration.ranges('max'));
  ranges.set(layer, { low: -2000, high: 2000 });
  const seen = pictures.slice(0, 1);
  const reference = seen.map(
    (picture) =>
      runProgram(folded.program, folded.constants, picture).get(
        folded.program.outputs[0]?.node as string,
      ) as Float32Array,
  );
  const evaluate = (net: QuantizedNet) => Promise.resolve(seen.map((picture) => logits(net, picture)));
  return { layer, subject: { folded, ranges, recipe, reference, evaluate } };
}

describe('sensitivity', () => {
  it('a layer spoiled on purpose ranks first, the same way each time, and staying float heals the net', async () => {
    const { subject, layer } = await spoiled();
    const ranking = (await rankLayers(subject)).map((entry) => entry.layer);
    // Whoever reads the spoiled value as bytes is spoiled with it: its maker and its only reader lead the list.
    expect(ranking.slice(0, 2)).toContain(layer);
    expect([...ranking].sort()).toEqual([...quantizable(subject.folded)].sort());
    expect((await rankLayers(subject)).map((entry) => entry.layer)).toEqual(ranking);
    const whole = await subject.evaluate(quantizeNet(subject.folded, subject.ranges, recipe));
    const wrong = whole.filter((found, i) => argMax(found) !== argMax(subject.reference[i] as Float32Array)).length;
    const partial = await partialQuantization(subject, ranking, 1);
    expect(partial.met).toBe(true);
    expect(partial.float.length).toBeLessThan(ranking.length);
    if (wrong > 0) expect(partial.float.length).toBeGreaterThan(0);
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
