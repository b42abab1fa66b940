// What careful users found of preparation, outputs, unsound weights, tags and hints: each case gives what its finder expected.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { compare } from '../../../src/cli/verbs/compare.ts';
import { print } from '../../../src/cli/verbs/print.ts';
import { quantize } from '../../../src/cli/verbs/quantize.ts';
import { run, type RunJson } from '../../../src/cli/verbs/run.ts';
import { show } from '../../../src/cli/verbs/show.ts';
import { floatValues, readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-meaning-'));
afterAll(() => rmSync(folder, { recursive: true }));
const call = async (...words: string[]) => {
  const { console, out, err } = captured();
  const code = await runCommand({ run, show, print, quantize, compare }, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};

const picture = 'test-data/preprocess/rgb.png';
const onCpu = ['--image', picture, '--device', 'cpu'];
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Weights of a text's net, `change`d, as a file. */
function weightsOf(
  text: string,
  name: string,
  change: (tensors: Map<string, Float32Array>) => void = () => undefined,
  metadata: Record<string, string> = {},
): string {
  const { graph } = expand(parse(text).architecture, name);
  const shapes = new Map(graphParams(graph!).map(({ name: tensor, shape }) => [tensor, shape]));
  const values = new Map(
    [...shapes].map(([tensor, shape]) => [
      tensor,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (((i * 7) % 11) + 1) / 40),
    ]),
  );
  change(values);
  const tensors = new Map<string, TensorToWrite>();
  for (const [tensor, own] of values) tensors.set(tensor, { shape: shapes.get(tensor) ?? [own.length], values: own });
  return file(name, writeSafetensors(tensors, metadata));
}
const tiny = (classes: number): string => `input 3x32x32\n\nconv k3 s2 c8\nmbconv k3 c8 e2\npool\nlinear c${classes}\n`;
const json = (out: string): RunJson => JSON.parse(out) as RunJson;

describe('case 03: an .arch file keeps the preparation of the weights', () => {
  const read = readSafetensors(readFileSync('public/models/tf_efficientnet_lite0.safetensors'));
  const widened = file(
    'renamed.safetensors',
    writeSafetensors(
      new Map(
        [...read.tensors].map(([name, tensor]) => [name, { shape: tensor.shape, values: floatValues(tensor).slice() }]),
      ),
    ),
  );

  test('the same values in another file and precision, in a net of another name and size', async () => {
    const text = (await call('print', 'tf_efficientnet_lite0')).out;
    const nameless = file('my net.arch', text.replace(/^#.*\n/gm, '').replace('3x224x224', '3x64x64'));
    const { out, code } = await call('run', nameless, '--weights', widened, ...onCpu);
    expect(code).toBe(0);
    const shipped = await call('run', 'tf_efficientnet_lite0@64', ...onCpu);
    const line = /bicubic to \d+×\d+, centre 64×64, mean 0\.5, std 0\.5/;
    expect(out).toMatch(line);
    expect(line.exec(out)?.[0]).toBe(line.exec(shipped.out)?.[0]);
    expect(out.split('\n').slice(-5)).toEqual(shipped.out.split('\n').slice(-5));
  });

  test('an own head on the published net: its published preparation', async () => {
    const net = file(
      'head.arch',
      (await call('print', 'tf_efficientnet_lite0+classes=3@32')).out.replace(/^#.*\n/gm, ''),
    );
    const weights = weightsOf(readFileSync(net, 'utf8'), 'head.safetensors');
    const { out } = await call('run', net, '--weights', weights, ...onCpu);
    expect(out).toContain('mean 0.5, std 0.5');
    expect(out).toContain('preparation: as for timm/tf_efficientnet_lite0.in1k');
  });

  test('options, config.json beside the weights and the file’s metadata say it; options win', async () => {
    const net = file('tiny.arch', tiny(3));
    const weights = weightsOf(tiny(3), 'plain.safetensors');
    const assumed = await call('run', net, '--weights', weights, ...onCpu);
    expect(assumed.out).toContain('mean 0.485, 0.456, 0.406');
    expect(assumed.out).toContain('preparation: not known for these weights: ImageNet’s usual values are assumed');
    const told = await call(
      'run',
      net,
      '--weights',
      weights,
      ...onCpu,
      '--mean',
      '0.5',
      '--std',
      '0.25,0.25,0.2',
      '--crop',
      '1',
      '--interpolation',
      'bilinear',
    );
    expect(told.out).toMatch(/bilinear to 32×\d+|bilinear to \d+×32/);
    expect(told.out).toContain('mean 0.5, std 0.25, 0.25, 0.2');

    const beside = join(folder, 'beside');
    mkdirSync(beside);
    writeFileSync(join(beside, 'model.safetensors'), readFileSync(weights));
    writeFileSync(
      join(beside, 'config.json'),
      JSON.stringify({
        architecture: 'mine',
        pretrained_cfg: {
          mean: [0.1, 0.2, 0.3],
          std: [0.4, 0.5, 0.6],
          crop_pct: 1,
          interpolation: 'bilinear',
          label_names: ['a', 'b', 'c'],
        },
      }),
    );
    const model = join(beside, 'model.safetensors');
    const found = await call('run', net, '--weights', model, ...onCpu);
    expect(found.out).toContain('mean 0.1, 0.2, 0.3, std 0.4, 0.5, 0.6');
    expect(found.out).toContain('bilinear');
    expect(found.out).toMatch(/% {2}[abc]$/m);
    expect((await call('run', net, '--weights', model, ...onCpu, '--mean', '0')).out).toContain('mean 0, std 0.4');

    const own = weightsOf(tiny(3), 'meta.safetensors', undefined, {
      pretrained_cfg: JSON.stringify({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop_pct: 0.9 }),
    });
    expect((await call('run', net, '--weights', own, ...onCpu)).out).toContain('mean 0.5, std 0.5');
  });

  test('the int8 file carries it, and takes options too', async () => {
    const net = file('q.arch', tiny(3));
    const weights = weightsOf(tiny(3), 'q.safetensors');
    const out = join(folder, 'int8.safetensors');
    const images = join(folder, 'images');
    mkdirSync(images);
    writeFileSync(join(images, 'a.png'), readFileSync(picture));
    const made = await call(
      'quantize',
      net,
      '--weights',
      weights,
      '--images',
      images,
      '--out',
      out,
      '--device',
      'cpu',
      '--mean',
      '0.25',
      '--std',
      '0.75',
    );
    expect(made.err).toBe('');
    expect((await call('run', out, ...onCpu)).out).toContain('mean 0.25, std 0.75');
    expect((await call('run', out, ...onCpu, '--mean', '0.5')).out).toContain('mean 0.5, std 0.75');
    const both = await call(
      'compare',
      net,
      out,
      '--weights',
      weights,
      '--images',
      images,
      '--device',
      'cpu',
      '--mean',
      '0.25',
      '--std',
      '0.75',
    );
    expect(both.code).toBe(0);
  });

  test.each([
    ['--mean', '127.5', '--mean is of values scaled to 0…1: divide 127.5 by 255.'],
    ['--mean', '0.5,0.5', '--mean must be three numbers or one'],
    ['--std', '0', '--std must be three positive numbers or one'],
    ['--crop', '0', '--crop must be a number from 0.1 to 1'],
    ['--interpolation', 'lanczos', '--interpolation cannot be "lanczos"'],
  ])('%s %s is refused', async (option, value, sentence) => {
    const { code, err } = await call('run', 'tf_efficientnet_lite0', ...onCpu, option, value);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

describe('case 07: one logit, and no classifier', () => {
  test('one output is a logit with its sigmoid, never 100 %', async () => {
    const net = file('one.arch', tiny(1));
    for (const bias of [-2, 0, 3]) {
      const weights = weightsOf(tiny(1), 'one.safetensors', (values) => {
        values.get('classifier.weight')!.fill(0);
        values.get('classifier.bias')![0] = bias;
      });
      const { out } = await call('run', net, '--weights', weights, ...onCpu);
      expect(out).toContain(`${(100 / (1 + Math.exp(-bias))).toFixed(2)} %`);
      expect(out).not.toContain('100.00 %');
      const found = json((await call('run', net, '--weights', weights, ...onCpu, '--json')).out);
      expect(found.output).toBe('one');
      expect(found.top).toHaveLength(1);
      expect(found.top[0]!.value).toBeCloseTo(bias, 6);
      expect(found.top[0]!.probability).toBeCloseTo(1 / (1 + Math.exp(-bias)), 6);
    }
  });

  test.each([
    ['pooled features', 'input 3x32x32\n\nconv k3 s2 c8\nmbconv k3 c8 e2\npool\n'],
    ['a head convolution without classifier', 'input 3x32x32\n\nconv k3 s2 c8\npool\nconv k1 c16\n'],
    ['a map', 'input 3x32x32\n\nconv k3 s2 c8\nmbconv k3 c8 e2\n'],
  ])('%s have values and no percent', async (_, text) => {
    const net = file('features.arch', text);
    const weights = weightsOf(text, 'features.safetensors');
    const { out, code } = await call('run', net, '--weights', weights, ...onCpu);
    expect(code).toBe(0);
    expect(out).not.toContain('%');
    expect(out).toContain('features');
    expect(json((await call('run', net, '--weights', weights, ...onCpu, '--json')).out).top[0]!.probability).toBeNull();
  });
});

describe('case 08: weights that are no numbers', () => {
  test.each([
    ['NaN', 'conv_stem.weight', NaN, '"conv_stem.weight" holds 2 values of which the first (at 1) is NaN'],
    [
      'infinite',
      'classifier.bias',
      -Infinity,
      '"classifier.bias" holds 2 values of which the first (at 1) is infinite',
    ],
    [
      'negative variance',
      'bn1.running_var',
      -0.5,
      '"bn1.running_var" holds 2 values of which the first (at 1) is a variance below zero',
    ],
  ])('%s: one sentence with tensor and count, exit 1', async (_, tensor, value, sentence) => {
    const net = file('tiny5.arch', tiny(5));
    const weights = weightsOf(tiny(5), 'bad.safetensors', (values) => void values.get(tensor)!.fill(value, 1, 3));
    for (const words of [
      ['run', net, ...onCpu],
      [
        'quantize',
        net,
        '--images',
        'test-data/preprocess',
        '--out',
        join(folder, 'never.safetensors'),
        '--device',
        'cpu',
      ],
    ]) {
      const { code, out, err } = await call(...words, '--weights', weights);
      expect(code).toBe(1);
      expect(out).toBe('');
      expect(err).toContain(sentence);
      expect(err).not.toContain('another net');
    }
  });

  test('several tensors are counted', async () => {
    const net = file('tiny5.arch', tiny(5));
    const weights = weightsOf(tiny(5), 'bad2.safetensors', (values) => {
      values.get('bn1.weight')!.fill(NaN);
      values.get('classifier.weight')!.fill(Infinity, 0, 4);
    });
    const { err } = await call('run', net, ...onCpu, '--weights', weights);
    expect(err).toContain('with it 2 tensors have 12 such values (classifier.weight)');
  });

  test('weights that overflow in the net give a sentence, not NaN %', async () => {
    const net = file('tiny5.arch', tiny(5));
    const weights = weightsOf(tiny(5), 'huge.safetensors', (values) => {
      for (const [name, own] of values) if (name.endsWith('weight')) own.fill(3e38);
    });
    const { code, out, err } = await call('run', net, ...onCpu, '--weights', weights);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('values of 5 that are no numbers');
  });
});

describe('case 10: tags of known nets', () => {
  test.each([
    ['tf_efficientnet_b0.ap_in1k', '224×224'],
    ['tf_efficientnet_b0.ns_jft_in1k', '224×224'],
    ['timm/tf_efficientnet_b3.ap_in1k', '300×300'],
    ['efficientnet_b5.sw_in12k', '416×416'],
  ])('%s builds', async (name, size) => {
    const { code, out, err } = await call('show', name);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`input 3×${size}`);
  });

  test('the advice for an unknown tag says that its preparation is unknown', async () => {
    const { code, err } = await call('show', 'tf_efficientnet_b0.next_in1k');
    expect(code).toBe(0);
    expect(err).toContain('The tag "next_in1k" of tf_efficientnet_b0 is in no table here');
  });

  test('an .arch of a net whose published checkpoints differ says so', async () => {
    const net = file('b0.arch', (await call('print', 'tf_efficientnet_b0@32')).out);
    const weights = weightsOf(readFileSync(net, 'utf8'), 'b0.safetensors');
    const { out, err } = await call('run', net, '--weights', weights, ...onCpu);
    expect(out).toContain('mean 0.485');
    expect(err).toContain('timm/tf_efficientnet_b0.ap_in1k of the same net needs mean 0.5,0.5,0.5');
    const named = weightsOf(readFileSync(net, 'utf8'), 'tf_efficientnet_b0.ap_in1k.safetensors');
    const known = await call('run', net, '--weights', named, ...onCpu);
    expect(known.out).toContain('mean 0.5, std 0.5');
    expect(known.err).toBe('');
  });
});

test.each([
  [10, 'The weights do not say what their classes are.', []],
  [1000, '--labels imagenet shows ImageNet’s names', ['tench']],
  [1001, '0 is the background, and class n is ImageNet’s class n − 1', ['background', 'tench']],
])('case 31: the hint for %d classes can work', async (classes, sentence, names) => {
  const net = file(`c${classes}.arch`, tiny(classes));
  const weights = weightsOf(tiny(classes), `c${classes}.safetensors`);
  const { out } = await call('run', net, '--weights', weights, ...onCpu);
  expect(out).toContain(sentence);
  const labelled = await call('run', net, '--weights', weights, ...onCpu, '--labels', 'imagenet', '--top', '1000');
  expect(labelled.code).toBe(names.length > 0 ? 0 : 2);
  expect(out.includes('--labels')).toBe(names.length > 0);
  names.forEach((name, index) => expect(labelled.out).toMatch(new RegExp(`^ *${index}  .* ${name}`, 'm')));
});
