// Inputs that users of such tools bring, each named after the case that found it: a right answer or one sentence, never a stack trace.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { findPictures } from '../../../src/cli/picture.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { RunJson } from '../../../src/cli/verbs/run.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import { jpeg, png, startEncoders, webp } from '../preprocess/encoded.ts';
import { captured } from './captured.ts';
import { quantizedFiles } from './quantized-files.ts';

const { folder, net, weights, images } = quantizedFiles();
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(startEncoders);

const call = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, words, console);
  expect(err.join('\n')).not.toMatch(/^\s+at |inside Bottleneck/m);
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const onCpu = ['--device', 'cpu'];
const quantized = (...more: string[]) => call('quantize', net, '--weights', weights, ...onCpu, ...more);
const file = (name: string, contents: string | Uint8Array): string => {
  writeFileSync(join(folder, name), contents);
  return join(folder, name);
};
const square = { width: 20, height: 20, data: new Uint8ClampedArray(1600).fill(255) };

/** The small net's weights with one tensor changed. */
function changed(name: string, change: (values: Float32Array, tensor: string) => void): string {
  const tensors = new Map<string, TensorToWrite>();
  for (const [tensor, { shape, bytes }] of readSafetensors(readFileSync(weights)).tensors) {
    const values = new Float32Array(new Uint8Array(bytes).buffer);
    change(values, tensor);
    tensors.set(tensor, { shape, values });
  }
  return file(name, writeSafetensors(tensors));
}

describe('16-quantize-stack-traces', () => {
  test.each([1e10, 1e20, 1e30, 3e38])('a weight of %d is one sentence, or a net', async (value) => {
    const outlier = changed('outlier.safetensors', (values, name) => {
      if (name === 'conv_stem.weight') values[0] = value;
    });
    const out = join(folder, `outlier-${value}.safetensors`);
    const { code, err } = await call('quantize', net, '--weights', outlier, ...onCpu, '--images', images, '--out', out);
    if (code === 0) expect((await call('run', out, ...onCpu, '--image', join(images, 'cat.jpg'))).code).toBe(0);
    else expect(err).toMatch(/^(?:.*left out.*\n)?.*(cannot be quantized|cannot be used|holds).*\.$/m);
  });

  test('a dead filter: what is saved opens again, or nothing is saved', async () => {
    for (const value of [0, 1e-44, 1e-40, 1e-30]) {
      const dead = changed('dead.safetensors', (values, name) => {
        if (name === 'conv_stem.weight') values.fill(value, 0, 27);
      });
      const out = join(folder, `dead-${value}.safetensors`);
      const { code } = await call('quantize', net, '--weights', dead, ...onCpu, '--images', images, '--out', out);
      if (code === 0) expect((await call('run', out, ...onCpu, '--image', join(images, 'cat.jpg'))).code).toBe(0);
      else expect(readdirSync(folder)).not.toContain(`dead-${value}.safetensors`);
    }
  });

  test('--out that is a folder is refused before the work', async () => {
    const started = performance.now();
    const { code, err } = await quantized('--images', images, '--out', folder);
    expect([code, err]).toEqual([2, expect.stringContaining('it is a folder; give the name of a file in it.')]);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test('26-out-without-ending: refused at once; a file that lost its ending is known by its content', async () => {
  const lost = join(folder, 'lite0.int8');
  expect((await quantized('--images', images, '--out', lost)).err).toContain('its name must end in .safetensors.');
  const out = join(folder, 'for-26.safetensors');
  expect((await quantized('--images', images, '--out', out)).code).toBe(0);
  writeFileSync(lost, readFileSync(out));
  const found = await call('run', lost, ...onCpu, '--image', join(images, 'cat.jpg'), '--json');
  expect((JSON.parse(found.out) as RunJson).net).toBe('small');
});

test('18-not-a-safetensors: also where a net or a picture is asked for', async () => {
  const pointer = file(
    'lfs.safetensors',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345678\n',
  );
  const picture = join(images, 'cat.jpg');
  for (const words of [
    ['run', net, '--weights', pointer, '--image', picture],
    ['run', net, '--weights', weights, '--image', pointer],
    ['run', pointer, '--image', picture],
    ['check', pointer],
    ['show', pointer],
    ['verify', pointer],
    ['compare', net, pointer, '--weights', weights, '--images', images],
  ]) {
    const { code, out, err } = await call(...words, ...(/run|compare/.test(words[0]!) ? onCpu : []));
    expect([words, code > 0, `${out}${err}`]).toEqual([
      words,
      true,
      expect.stringMatching(/Git LFS pointer, not the file itself; run `git lfs pull`/),
    ]);
  }
  expect((await call('check', file('photo.arch', readFileSync(picture)))).err).toContain(
    'is a JPEG picture; a net’s text (.arch)',
  );
});

test('20-utf16-arch: what Windows PowerShell writes is read', async () => {
  const text = readFileSync(net, 'utf8');
  const little = Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le');
  const plain = (await call('check', net)).out.split(': ').at(-1);
  for (const bytes of [little, Buffer.from(little).swap16(), Buffer.from(`\ufeff${text}`)])
    expect((await call('check', file('encoded.arch', bytes))).out).toContain(plain);
  expect((await call('check', file('latin1.arch', Buffer.from('# für\nconv k3 c8\n', 'latin1')))).err).toContain(
    'save it as UTF-8',
  );
});

test('25-folders-as-people-have-them: class folders are opened, what is no picture is named and left out', async () => {
  const mixed = join(mkdtempSync(join(tmpdir(), 'bottleneck-mixed-')), 'pictures');
  for (const name of ['cat', 'dog', 'x.jpg', '.git']) mkdirSync(join(mixed, name), { recursive: true });
  const put = (name: string, contents: Uint8Array | string): void => writeFileSync(join(mixed, name), contents);
  const photo = await jpeg(square);
  put('cat/1.jpg', photo);
  put('dog/2.PNG', png(square));
  put('x.jpg/3.jpeg', photo);
  put('webp.jpg', await webp(square));
  put('no ending', photo);
  put('._1.jpg', 'AppleDouble');
  put('.hidden.jpg', photo);
  put('.git/4.jpg', photo);
  put('Thumbs.db', 'thumbs');
  put('empty.jpg', '');
  put('notes.txt', 'cats and dogs');
  put('photo.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
  put('cut.jpg', photo.subarray(0, 200));
  symlinkSync(mixed, join(mixed, 'dog', 'round'));
  symlinkSync(join(mixed, 'gone'), join(mixed, 'broken.jpg'));
  const found = findPictures(mixed);
  expect(found.files.map((path) => path.slice(mixed.length + 1))).toEqual([
    'cat/1.jpg',
    'cut.jpg',
    'dog/2.PNG',
    'no ending',
    'webp.jpg',
    'x.jpg/3.jpeg',
  ]);
  const { code, err, out } = await quantized('--images', mixed, '--out', join(folder, 'mixed.safetensors'));
  expect(code).toBe(0);
  expect(out).toContain('5 pictures');
  expect(err).toBe(
    '9 files left out: "broken.jpg" is a link that leads nowhere, "empty.jpg" is empty (0 bytes), "notes.txt" is a text, "photo.heic" is an HEIC photo, "cut.jpg" is cut short: its end is missing, 4 hidden or system files.',
  );
  const none = mkdtempSync(join(tmpdir(), 'bottleneck-none-'));
  writeFileSync(join(none, 'a.txt'), 'text');
  expect((await quantized('--images', none, '--out', join(folder, 'n.safetensors'))).err).toContain(
    'holds no JPEG, PNG or WebP picture; 1 file left out: "a.txt" is a text.',
  );
  expect((await quantized('--images', net, '--out', join(folder, 'n.safetensors'))).err).toContain(
    'is a file; give the folder',
  );
  for (const used of [mixed, none]) rmSync(used, { recursive: true });
});

test('05-truncated-jpeg: one of the pictures of `quantize` is named and left out; alone it is refused', async () => {
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  const whole = readFileSync(join(images, 'cat.jpg'));
  writeFileSync(join(cut, 'whole.jpg'), whole);
  writeFileSync(join(cut, 'half.jpg'), whole.subarray(0, whole.length / 2));
  const { out, err } = await quantized('--images', cut, '--out', join(folder, 'cut.safetensors'));
  expect(out).toContain('1 pictures');
  expect(err).toBe('1 file left out: "half.jpg" is cut short: its end is missing.');
  for (const bytes of [350, 700, whole.length / 2, whole.length - 3]) {
    const { code, err: said } = await call(
      'run',
      net,
      '--weights',
      weights,
      ...onCpu,
      '--image',
      file('t.jpg', whole.subarray(0, bytes)),
    );
    expect([code, said]).toEqual([2, expect.stringContaining('t.jpg" is cut short')]);
  }
  rmSync(join(cut, 'whole.jpg'));
  expect((await quantized('--images', cut, '--out', join(folder, 'cut2.safetensors'))).err).toContain(
    'holds no picture that can be decoded; 1 file left out: "half.jpg" is cut short',
  );
});

test('30-plan-any-gpu: a plan keeps the limits that every device has, or says which it needs', async () => {
  const large = file('large.arch', 'input 3x2048x2048\n\nconv k3 s2 c48\nconv k1 c8\npool\nlinear c10\n');
  const { code, err } = await call('plan', large, '--for', 'gpu');
  expect(code).toBe(1);
  expect(err).toContain('take 192 MiB, this GPU allows 128 MiB a buffer');
  expect(err).toContain('It needs a device with maxStorageBufferBindingSize of 201,326,592 bytes.');
  const largest = Number(/largest input that plans is (\d+)×\1/.exec(err)?.[1]);
  expect((await call('plan', large, '--input', String(largest))).code).toBe(0);
  expect((await call('plan', large, '--input', String(largest + 32))).code).toBe(1);
});

test('27-efficientformerv2-large-input: what no kernel takes is said, with the largest input that does', async () => {
  const { code, err } = await call('plan', 'efficientformerv2_s0', '--input', '768');
  expect(code).toBe(1);
  expect(err).toContain('no attention kernel takes this shape on this device.');
  const largest = Number(/largest input that plans is (\d+)×\1/.exec(err)?.[1]);
  expect(largest).toBeGreaterThanOrEqual(640);
  expect((await call('plan', 'efficientformerv2_s0', '--input', String(largest))).code).toBe(0);
});
