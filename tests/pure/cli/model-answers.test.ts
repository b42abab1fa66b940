// Model files of other programs on the command line: weights that are no numbers are refused by name, a net's own softmax or sigmoid is not
// applied twice, two nets that are compared see the same pictures.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { RunJson } from '../../../src/cli/verbs/run.ts';
import { exportOnnx } from '../../../src/graph/formats/onnx/export.ts';
import { exportTflite } from '../../../src/graph/formats/tflite/export.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { outputKind } from '../../../src/graph/tasks/classify/outputs.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-models-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const images = at('pictures');
mkdirSync(images);
const picture = join(images, 'cat.jpg');
copyFileSync('public/samples/cat.jpg', picture);

const call = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const onCpu = ['--image', picture, '--device', 'cpu', '--json'];

type Tail = 'bare' | 'softmax' | 'log' | 'sigmoid' | 'reshape';

/** A classifier that ends in `tail`, as a graph and its weights. */
function netEnding(tail: Tail, classes: number) {
  const b = new GraphBuilder(tail);
  const input = b.input([1, 16, 16, 3], 'x');
  const map = b.add('conv', 'conv2d', { out: 6, kernel: 3, padding: 'same', bias: true }, [input]);
  const pooled = b.add('pool', 'mean', { axes: [1, 2], keepDims: false }, [map]);
  let last = b.add('linear', 'linear', { out: classes, bias: true }, [pooled]);
  if (tail === 'sigmoid') last = b.add('end', 'sigmoid', {}, [last]);
  else if (tail !== 'bare') last = b.add('end', 'softmax', {}, [last]);
  if (tail === 'log') last = b.add('logarithm', 'function', { of: 'log' }, [last]);
  if (tail === 'reshape') last = b.add('shape', 'reshape', { to: 'shape', shape: [1, 1, 1, classes] }, [last]);
  b.outputs.push(last);
  const graph = b.graph();
  const params = new Map(
    graphParams(graph).map(({ name, shape }) => [name, generateTensor('answers', name, shape).slice()]),
  );
  return { graph, params };
}

function modelFile(name: string, tail: Tail, classes: number, change?: (values: Float32Array, name: string) => void) {
  const { graph, params } = netEnding(tail, classes);
  for (const [tensor, values] of params) change?.(values, tensor);
  writeFileSync(at(name), name.endsWith('.onnx') ? exportOnnx(graph, params) : exportTflite(graph, params));
  return at(name);
}

describe('weights that are no numbers', () => {
  test.each(['tflite', 'onnx'])(
    'a %s file is refused by the name of the tensor, whatever is done with it',
    async (ending) => {
      const sound = modelFile(`sound.${ending}`, 'softmax', 4);
      for (const [value, said] of [
        [NaN, 'NaN'],
        [Infinity, 'infinite'],
      ] as const) {
        const bad = modelFile(
          `bad.${ending}`,
          'softmax',
          4,
          (values, name) => void (name.startsWith('conv') && values.fill(value)),
        );
        for (const words of [
          ['run', bad, '--image', picture],
          ['compare', sound, bad, '--images', images],
          ['compare', bad, sound, '--images', images],
          ...['onnx', 'tflite', 'safetensors'].map((to) => ['convert', bad, '--out', at(`again.${to}`)]),
        ]) {
          const { code, out, err } = await call(...words);
          expect(code, words.join(' ')).toBe(1);
          // Nothing but what the first of two nets does not say.
          expect(out.replace(/^preparation of pictures: .*$/, ''), words.join(' ')).toBe('');
          expect(err, words.join(' ')).toMatch(/"conv[^"]*" holds \d+ values of which the first \(at 0\) is/);
          expect(err).toContain(said);
        }
        // What it is made of can still be looked at.
        expect((await call('show', bad)).code).toBe(0);
        expect((await call('inspect', bad)).out).toContain('what they reach is spoiled');
      }
    },
  );
});

describe('a net’s own softmax', () => {
  test.each(['softmax', 'log', 'reshape'] as const)('%s: the classes of the bare net, once', async (tail) => {
    const [own, bare] = [modelFile(`${tail}.onnx`, tail, 5), modelFile(`bare-of-${tail}.onnx`, 'bare', 5)];
    const [found, expected] = [
      JSON.parse((await call('run', own, ...onCpu)).out) as RunJson,
      JSON.parse((await call('run', bare, ...onCpu)).out) as RunJson,
    ];
    expect(found.output).toBeUndefined();
    expect(found.top.map(({ index }) => index)).toEqual(expected.top.map(({ index }) => index));
    found.top.forEach(({ probability }, i) =>
      expect(probability).toBeCloseTo(expected.top[i]?.probability as number, 5),
    );
    expect(found.top.reduce((sum, { probability }) => sum + (probability as number), 0)).toBeCloseTo(1, 5);
  });

  test('one sigmoid is a share, one logit its sigmoid', async () => {
    const [own, bare] = [modelFile('yes.onnx', 'sigmoid', 1), modelFile('logit.onnx', 'bare', 1)];
    const [found, expected] = [
      JSON.parse((await call('run', own, ...onCpu)).out) as RunJson,
      JSON.parse((await call('run', bare, ...onCpu)).out) as RunJson,
    ];
    expect([found.output, expected.output]).toEqual(['one', 'one']);
    expect(found.top[0]?.probability).toBeCloseTo(expected.top[0]?.probability as number, 6);
    expect((await call('run', own, ...onCpu.slice(0, -1))).out).toContain('the probability of a yes');
  });

  test('several sigmoids, a map and pooled values are no classes', () => {
    expect(outputKind(netEnding('sigmoid', 3).graph)).toBe('features');
    const b = new GraphBuilder('map');
    b.outputs.push(b.add('soft', 'softmax', {}, [b.input([1, 4, 4, 3], 'x')]));
    expect(outputKind(b.graph())).toBe('features');
  });

  test('1,001 outputs take ImageNet’s names behind a background', async () => {
    const file = modelFile('tf.tflite', 'softmax', 1001);
    const { top } = JSON.parse(
      (await call('run', file, ...onCpu, '--labels', 'imagenet', '--top', '1000')).out,
    ) as RunJson;
    const label = (index: number) => top.find((row) => row.index === index)?.label;
    const names = [0, 1, 2, 968].map((index) => label(index)).filter((name) => name !== undefined);
    expect(names.length).toBeGreaterThan(2);
    for (const name of names)
      expect(['background', 'tench, Tinca tinca', 'goldfish, Carassius auratus', 'espresso']).toContain(name);
  });
});

test('an input that is no map of pixels is told of by its shape', async () => {
  const b = new GraphBuilder('sounds');
  b.outputs.push(b.add('linear', 'linear', { out: 4, bias: true }, [b.input([1, 1960], 'x')]));
  const graph = b.graph();
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('a', name, shape)]));
  writeFileSync(at('sounds.tflite'), exportTflite(graph, params));
  for (const words of [
    ['run', at('sounds.tflite'), '--image', picture],
    ['compare', at('sounds.tflite'), at('sounds.tflite'), '--images', images, '--device', 'cpu'],
  ]) {
    const { code, err } = await call(...words);
    expect([code, err], words.join(' ')).toEqual([1, expect.anything()]);
    expect(err, words.join(' ')).toContain('its input is [1, 1960], no map of pixels');
  }
});

describe('two nets that are compared', () => {
  const compared = async (...words: string[]) => call('compare', ...words, '--images', images, '--device', 'cpu');

  test('a file that does not say how pictures are prepared sees them as the other net does', async () => {
    const b = netEnding('bare', 5);
    writeFileSync(
      at('says.tflite'),
      exportTflite(b.graph, b.params, {
        preprocessing: JSON.stringify({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation: 'bilinear' }),
      }),
    );
    const silent = modelFile('silent.tflite', 'bare', 5);
    for (const pair of [
      [at('says.tflite'), silent],
      [silent, at('says.tflite')],
    ]) {
      const { out, err } = await compared(...pair);
      expect(out).toContain('logits equal');
      expect(err).toContain(
        'silent.tflite does not say how pictures are prepared: they are, for both nets, as says.tflite asks for',
      );
    }
  });

  test('where both say it, what differs is named', async () => {
    const says = (name: string, interpolation: string): string => {
      const { graph, params } = netEnding('bare', 5);
      const told = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation };
      writeFileSync(at(name), exportTflite(graph, params, { preprocessing: JSON.stringify(told) }));
      return at(name);
    };
    const { err } = await compared(says('a.tflite', 'bilinear'), says('b.tflite', 'bicubic'));
    expect(err).toContain('a.tflite for interpolation bilinear; b.tflite for interpolation bicubic');
    const same = await compared(at('a.tflite'), at('b.tflite'), '--interpolation', 'bicubic');
    expect([same.err, same.out.includes('logits equal')]).toEqual(['', true]);
  });
});
