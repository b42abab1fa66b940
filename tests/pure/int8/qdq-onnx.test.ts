// The exported pairs of QuantizeLinear and DequantizeLinear in ONNX Runtime (WebAssembly) give our integers' logits.
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { argMax } from '../../../src/graph/quant/compare.ts';
import { equalize } from '../../../src/graph/quant/equalize.ts';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { exportQdqOnnx } from '../../../src/graph/quant/qdq-onnx.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded, runProgram } from '../../../src/graph/quant/run-program.ts';
import { nhwcToNchw } from '../../../src/graph/ir/reference.ts';
import { pictureFor, prepare } from './golden-nets.ts';

const size = 32;
const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };

async function differ(net: QuantizedNet): Promise<{ worst: number; sameAnswer: boolean }> {
  const picture = pictureFor(size, 'unseen');
  const { program, constants } = integerProgram(net);
  const output = program.outputs[0]?.node as string;
  const ours = runProgram(program, constants, picture).get(output) as Float32Array;
  const session = await ort.InferenceSession.create(exportQdqOnnx(net), { executionProviders: ['wasm'] });
  const shape = [1, size, size, 3];
  const results = await session.run({
    input: new ort.Tensor('float32', nhwcToNchw(picture, shape), [1, 3, size, size]),
  });
  const theirs = results[output]?.data as Float32Array;
  await session.release();
  const spread = Math.max(...ours) - Math.min(...ours);
  return {
    worst: Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] as number)))) / spread,
    sameAnswer: argMax(ours) === argMax(theirs),
  };
}

describe('QDQ export', () => {
  for (const name of ['mobilenetv2_100', 'mobilenetv3_small_100']) {
    it(`${name}: the same answer, logits within 3 % of their spread`, async () => {
      const { folded, calibration } = await prepare(name, size, 2);
      const { worst, sameAnswer } = await differ(quantizeNet(folded, calibration.ranges('max'), recipe));
      // Their kernels round tables and averages in their own way: a byte may be one off.
      expect(worst).toBeLessThan(0.03);
      expect(sameAnswer).toBe(true);
    });
  }

  it('an equalised net with bounds of its own per channel, some layers in float', async () => {
    const { folded, pictures } = await prepare('mobilenetv2_100', size, 2);
    const even = equalize(folded);
    const ranges = (await calibrate(even, runFolded(even), pictures, { histograms: false })).ranges('max');
    const float = even.program.steps.filter((_, i) => i % 7 === 3).map((step) => step.outputs[0]?.id as string);
    const { worst } = await differ(quantizeNet(even, ranges, { ...recipe, equalized: true, float }));
    expect(worst).toBeLessThan(0.03);
  });
});
