// The verdict measured on the device: every arithmetic that it has, sizes, times and agreement of one net.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { foldNet } from '../../../src/graph/quant/fold.ts';
import { quantizeNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded } from '../../../src/graph/quant/run-program.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { measureVerdict, type VerdictSubject } from '../../../src/workers/jobs/quantize/verdict.ts';
import { pictureFor } from '../../pure/int8/golden-nets.ts';
import { gpu } from '../rig.ts';
import { tinyNet } from '../tiny-net.ts';

let open: OpenDevice;
let subject: VerdictSubject;
beforeAll(async () => {
  open = await openDevice(await gpu());
  const { graph, params } = tinyNet();
  const folded = foldNet(graph, params);
  const inputs = ['one', 'two', 'three'].map((salt) => pictureFor(16, salt));
  const calibration = await calibrate(folded, runFolded(folded), inputs, { histograms: false });
  const recipe = { calibration: 'max', pictures: 3, perChannel: true, equalized: false, float: [] };
  subject = { graph, params, net: quantizeNet(folded, calibration.ranges('max'), recipe), inputs };
});
afterAll(() => open.device.destroy());

describe('the verdict of a net', () => {
  it('has size, memory, times and agreement of every arithmetic', async () => {
    const shares: number[] = [];
    const verdict = await measureVerdict(open, subject, { runs: 3, onProgress: (share) => shares.push(share) });
    const { columns, layers } = verdict;
    expect(columns.map(({ arithmetic }) => arithmetic)).toEqual(
      open.capabilities.f16 ? ['float32', 'float16', 'int8'] : ['float32', 'int8'],
    );
    for (const { totalMs, latencyMs, agreement, arithmetic } of columns) {
      expect(totalMs).toBeGreaterThan(0);
      expect(latencyMs).toBeGreaterThan(0);
      if (arithmetic !== 'float32') expect(agreement?.logitsSqnrDb).toBeGreaterThan(5);
    }
    const [float32, int8] = [columns[0], columns.at(-1)];
    expect((int8?.fileBytes as number) / (float32?.fileBytes as number)).toBeLessThan(0.4);
    expect(int8?.peakBytes).toBeLessThan(float32?.peakBytes as number);
    for (const { ms } of layers) expect(Object.keys(ms)).toHaveLength(columns.length);
    expect(verdict.borderMs).toBeGreaterThan(0);
    expect(verdict.sentence).toMatch(/^int8 is .* here/);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('stops when asked to and refuses a verdict without pictures', async () => {
    await expect(measureVerdict(open, subject, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    await expect(measureVerdict(open, { ...subject, inputs: [] })).rejects.toThrow(RangeError);
  });
});
