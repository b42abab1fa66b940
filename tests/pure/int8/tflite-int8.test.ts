// The int8 TFLite files of quantized nets, read by our own reader and run in its exact integers, answer as our integer engine does.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluate } from '../../../src/graph/formats/model/evaluate.ts';
import { kindsOf, openModel } from '../../../src/graph/formats/open.ts';
import { readBackIntegers } from '../../../src/graph/inspect/read-back-integers.ts';
import { constantName } from '../../../src/graph/quant/fold.ts';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { equalize } from '../../../src/graph/quant/equalize.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { isProduct, layerId } from '../../../src/graph/quant/layers.ts';
import { exportQdqOnnx } from '../../../src/graph/quant/qdq-onnx.ts';
import { isInteger, quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded, runProgram } from '../../../src/graph/quant/run-program.ts';
import { exportInt8Tflite } from '../../../src/graph/quant/tflite/write.ts';
import { pictureFor, prepare } from './golden-nets.ts';

const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };
const size = 32;

/** Folder for tools/check_tflite.py: the nets' files, inputs and outputs. */
const keep = process.env['KEEP'];

/** Runs both; `first`: bytes of the first integer layer that differ, `worst`: largest difference of an output, in steps of it. */
function compared(net: QuantizedNet, name: string): { first: number; worst: number; digest: string } {
  const picture = pictureFor(size, 'unseen');
  const first = layerId(net.program.steps.find((step) => isInteger(net, step) && isProduct(step))!);
  const { program, constants } = integerProgram(net, [first]);
  const values = runProgram(program, constants, picture, [first]);
  const bytes = values.get(first) as Uint8Array;
  const file = exportInt8Tflite(net);
  const model = openModel(file);
  const input = { type: 'float32' as const, shape: [1, size, size, 3], data: picture };
  const { known } = evaluate(model, kindsOf(model), { feeds: new Map([[model.inputs[0]!.name, input]]) });
  const named = [...model.values.values()].find(({ label, name: own }) => (label ?? own) === first)!;
  const theirs = known.get(named.name)!.tensor!.data;
  const id = net.graph.outputs[0]!;
  const { scale } = net.quantizations.get(id)!;
  const [ours, answer] = [values.get(id)!, known.get(model.outputs[0]!)!.tensor!.data];
  if (keep !== undefined) {
    const path = join(keep, name);
    writeFileSync(`${path}.tflite`, file);
    writeFileSync(`${path}.onnx`, exportQdqOnnx(net));
    writeFileSync(`${path}.in`, picture);
    writeFileSync(`${path}.out`, ours);
    writeFileSync(`${path}.json`, JSON.stringify({ first, step: scale }));
    writeFileSync(`${path}.first`, bytes);
  }
  return {
    first: bytes.filter((byte, i) => byte - 128 !== theirs[i]).length,
    worst: Math.max(...ours.map((value, i) => Math.abs(value - answer[i]!))) / scale,
    digest: createHash('sha256')
      .update(Int8Array.from(answer, (real) => Math.round(real / scale)))
      .digest('hex')
      .slice(0, 16),
  };
}

/** Net → start of the SHA-256 of LiteRT 2.3.0's answer in int8 (XNNPACK, its default); undefined where its HARD_SWISH or mean is a byte off ours. */
const digests: Readonly<Record<string, string | undefined>> = {
  mobilenetv2_050: '1090d6cb89805bd7',
};
const full = {
  mobilenetv2_100: 'fcb41b4b4f7d1702',
  efficientnet_lite0: 'cafd8f13857e77da',
  mobilenetv4_conv_small: '36a05e31a1caca1b',
  mobilenetv1: '08d2abb9b3ea4d3d',
  mobilenetv3_small_100: undefined,
  mnasnet_small: undefined,
};
const nets = Object.entries(process.env['FULL'] === '1' ? { ...digests, ...full } : digests);

test.each(nets)('%s: the first layer byte for byte, answers as LiteRT gives them', async (name, expected) => {
  const { folded, calibration } = await prepare(name, size, 2);
  const net = quantizeNet(folded, calibration.ranges('max'), recipe);
  const { first, worst, digest } = compared(net, name);
  expect(first).toBe(0);
  expect(worst).toBeLessThan(2);
  expect(digest).toBe(expected ?? digest);
  expect(readBackIntegers(net, exportInt8Tflite(net)).mean).toBeLessThan(0.5);
  // Pairs say the same integers in floats.
  expect(readBackIntegers(net, exportQdqOnnx(net, {}, 13)).most).toBeLessThan(1e-3);
});

test('an equalised net with bounds of its own per channel, a gate, some layers in float', async () => {
  const { folded, pictures } = await prepare('mobilenetv3_small_050', size, 1);
  const even = equalize(folded);
  const ranges = (await calibrate(even, runFolded(even), pictures, { histograms: false })).ranges('max');
  const float = even.program.steps.filter((_, i) => i % 7 === 3).map((step) => step.outputs[0]?.id as string);
  const { first, worst } = compared(quantizeNet(even, ranges, { ...recipe, equalized: true, float }), 'even');
  expect(first).toBe(0);
  expect(worst).toBeLessThan(3);
});

test('a file that answers otherwise is refused', async () => {
  const { folded, calibration } = await prepare('mobilenetv2_050', size, 2);
  const net = quantizeNet(folded, calibration.ranges('max'), recipe);
  const bias = constantName(net.program.steps.at(-1)!, 'bias');
  const other = new Map(net.constants).set(
    bias,
    (net.constants.get(bias) as Int32Array).map((b, i) => b + 5000 * (i % 3)),
  );
  const file = exportInt8Tflite({ ...net, constants: other });
  expect(() => readBackIntegers(net, file)).toThrow('it reads back with values that differ by');
});
