// `run` on WebGPU: the same five classes as on the CPU reference for the photos that ship, with the adapter named.
import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import { run, type RunJson } from '../../src/cli/verbs/run.ts';
import { adapterName } from './rig.ts';

async function classify(photo: string, ...words: string[]): Promise<RunJson> {
  const out: string[] = [];
  const console = { out: (line: string) => void out.push(line), err: (line: string) => expect.unreachable(line) };
  const code = await runCommand(
    { run },
    ['run', 'tf_efficientnet_lite0', '--image', `public/samples/${photo}.jpg`, '--json', ...words],
    console,
  );
  expect(code).toBe(0);
  return JSON.parse(out.join('\n')) as RunJson;
}

test('a photo has the same five classes on both', async () => {
  const gpu = await classify('espresso', '--device', 'webgpu', '--adapter', adapterName);
  const cpu = await classify('espresso', '--device', 'cpu');
  expect(gpu).toMatchObject({ device: 'webgpu', adapter: { description: expect.stringMatching(/./) as string } });
  expect(gpu.top[0]).toMatchObject({ index: 967, label: 'espresso' });
  expect(gpu.top.map(({ index }) => index)).toEqual(cpu.top.map(({ index }) => index));
  gpu.top.forEach(({ probability }, i) => expect(probability).toBeCloseTo(cpu.top[i]!.probability!, 4));
});
