// Whole quantized nets on the GPU: every layer's bytes and the logits equal the CPU reference bit for bit, fused or not, partly float or not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fusedIntegerProgram, integerLayers, integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runProgram } from '../../../src/graph/quant/run-program.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { loadProgram } from '../../../src/workers/engine/execute-program.ts';
import { pictureFor, prepare } from '../../pure/int8/golden-nets.ts';
import { gpu } from '../rig.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const size = 32;
const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };

async function quantized(name: string, float: readonly string[] = []): Promise<QuantizedNet> {
  const { folded, calibration } = await prepare(name, size, 2);
  return quantizeNet(folded, calibration.ranges('max'), { ...recipe, float });
}

async function onGpu(
  net: QuantizedNet,
  keep: readonly string[],
): Promise<{ results: Map<string, Float32Array>; kernels: string[] }> {
  const { program, constants } = fusedIntegerProgram(net, open.capabilities, keep);
  const loaded = await loadProgram(open, net.graph, program, constants);
  try {
    return {
      results: await loaded.run(pictureFor(size, 'unseen')),
      kernels: loaded.plan.dispatches.map(({ kernel }) => kernel),
    };
  } finally {
    loaded.program.destroy();
  }
}

function onCpu(net: QuantizedNet, keep: readonly string[]): Map<string, ArrayLike<number>> {
  const { program, constants } = integerProgram(net, keep);
  return runProgram(program, constants, pictureFor(size, 'unseen'), keep);
}

describe('quantized nets on the GPU', () => {
  for (const name of ['mobilenetv2_100', 'mobilenetv3_small_100']) {
    it(`${name}: every layer's bytes`, async () => {
      const net = await quantized(name);
      const logits = net.program.outputs[0]?.node as string;
      const keep = integerLayers(net).filter((id) => id !== net.program.outputs[0]?.value.id);
      const [{ results }, expected] = [await onGpu(net, keep), onCpu(net, keep)];
      for (const id of [...keep, logits])
        expect([id, [...(results.get(id) ?? [])]]).toEqual([id, Array.from(expected.get(id) ?? [])]);
    });

    it(`${name}: tables and residuals fused, one dispatch a product`, async () => {
      const net = await quantized(name);
      const logits = net.program.outputs[0]?.node as string;
      const { results, kernels } = await onGpu(net, []);
      expect([...(results.get(logits) ?? [])]).toEqual(Array.from(onCpu(net, []).get(logits) ?? []));
      expect(kernels.filter((kernel) => /int8Add|int8Table/.test(kernel))).toEqual([]);
      expect(kernels.filter((kernel) => kernel.startsWith('quantize'))).toEqual(['quantize/word']);
    });
  }

  it('mobilenetv2_100 with some layers in float: borders on both sides', async () => {
    const layers = integerLayers(await quantized('mobilenetv2_100'));
    const net = await quantized(
      'mobilenetv2_100',
      layers.filter((_, i) => i % 5 === 2),
    );
    const logits = net.program.outputs[0]?.node as string;
    const [{ results, kernels }, expected] = [await onGpu(net, []), onCpu(net, [])];
    expect(kernels.filter((kernel) => kernel.startsWith('dequantize')).length).toBeGreaterThan(5);
    const [found, wanted] = [results.get(logits) as Float32Array, expected.get(logits) as Float32Array];
    // Float layers round differently: a byte behind them may be one off.
    const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
    expect(worst).toBeLessThan(0.05 * Math.max(...wanted.map(Math.abs)));
  });
});
