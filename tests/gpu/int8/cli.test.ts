// `quantize` on WebGPU, then `run`, `profile` and `compare` of what it wrote: the same numbers as on the CPU, in one pass and one submit.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { compare, type CompareJson } from '../../../src/cli/verbs/compare.ts';
import type { ProfileJson } from '../../../src/cli/profile-report.ts';
import { profile } from '../../../src/cli/verbs/profile.ts';
import { quantize } from '../../../src/cli/verbs/quantize.ts';
import { run, type RunJson } from '../../../src/cli/verbs/run.ts';
import { readQuantized } from '../../../src/graph/quant/file.ts';
import { captured } from '../../pure/cli/captured.ts';
import { quantizedFiles } from '../../pure/cli/quantized-files.ts';
import { adapterName } from '../rig.ts';

const { folder, net, weights, images, out } = quantizedFiles();
afterAll(() => rmSync(folder, { recursive: true }));

async function json<T>(...words: string[]): Promise<T> {
  const { console, out: lines, err } = captured();
  const code = await runCommand({ quantize, run, profile, compare }, [...words, '--json'], console);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  return JSON.parse(lines.join('\n')) as T;
}

const webgpu = ['--device', 'webgpu', '--adapter', adapterName];

test('quantized on the device, it runs, is profiled and is compared there', async () => {
  await json('quantize', net, '--weights', weights, '--images', images, '--out', out, ...webgpu);
  expect(readQuantized(readFileSync(out)).net.floatLayers.size).toBe(0);

  const picture = ['--image', join(images, 'espresso.jpg')];
  const gpu = await json<RunJson>('run', out, ...picture, ...webgpu);
  const cpu = await json<RunJson>('run', out, ...picture, '--device', 'cpu');
  expect(gpu.device).toBe('webgpu');
  // Integers: not nearly equal, equal.
  expect(gpu.top).toEqual(cpu.top);

  const times = await json<ProfileJson>('profile', out, '--runs', '2', '--adapter', adapterName);
  expect(times).toMatchObject({ precision: 'int8', passes: 1, submits: 1, objectsPerRun: 0 });
  expect(times.layers.map(({ kernel }) => kernel)).toContain('quantize/word');
  expect(times.layers.filter(({ kernel }) => kernel.startsWith('int8Depthwise'))).toHaveLength(2);

  const where = ['--weights', weights, '--images', images];
  const onGpu = await json<CompareJson>('compare', net, out, ...where, ...webgpu);
  const onCpu = await json<CompareJson>('compare', net, out, ...where, '--device', 'cpu');
  expect(onGpu.agreement.pictures).toBe(3);
  expect(onGpu.agreement.top1).toBe(onCpu.agreement.top1);
  onGpu.layers.forEach(({ sqnrDb }, i) => expect(sqnrDb).toBeCloseTo(onCpu.layers[i]?.sqnrDb as number, 1));
});
