// Damage to files of quantized nets, by structure: the reader answers with a typed error or with a net that runs, and fast.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { SafetensorsError, readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { calibrate } from '../../../src/graph/quant/calibrate.ts';
import { QuantizedFileError, readQuantized, writeQuantized } from '../../../src/graph/quant/file.ts';
import { foldNet } from '../../../src/graph/quant/fold.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { quantizeNet } from '../../../src/graph/quant/quantize.ts';
import { runFolded, runProgram } from '../../../src/graph/quant/run-program.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { generatedParams, pictureFor } from './golden-nets.ts';

const architecture = `input 3x8x8
act hswish
conv   k3 s2 c4
mbconv k3    c4 e2 se0.25
mbconv k3 s2 c8 e2
pool
linear c5
`;
const picture = pictureFor(8, 'picture');

let valid: Uint8Array;
let about: Record<string, unknown>;
let tensors: ReadonlyMap<string, TensorToWrite>;

beforeAll(async () => {
  const { graph } = check(architecture, 'small') as { graph: InferredGraph };
  const folded = foldNet(graph, generatedParams(graph));
  const calibration = await calibrate(folded, runFolded(folded), [picture], { histograms: false });
  const recipe = { calibration: 'max', pictures: 1, perChannel: true, equalized: false };
  const ids = folded.program.steps.map((step) => step.outputs[0]?.id as string);
  const float = ids.filter((id) => id.startsWith('blocks.1.0')).slice(0, 1);
  const net = quantizeNet(folded, calibration.ranges('max'), { ...recipe, float });
  valid = writeQuantized(net, {
    name: 'small',
    architecture,
    preprocessing: { size: 8, crop: 0.875, interpolation: 'bicubic', mean: [0, 0, 0], std: [1, 1, 1] },
    imagenet: false,
  });
  const file = readSafetensors(valid);
  about = JSON.parse(file.metadata.get('bottleneck') as string) as Record<string, unknown>;
  tensors = new Map(
    [...net.constants].map(([name, values]): [string, TensorToWrite] => [
      name,
      { shape: [values.length], values: values as Float32Array | Int8Array | Int32Array },
    ]),
  );
});

/** What a value of the description may become. */
const odd = fc.constantFrom<unknown>(
  null,
  undefined,
  -1,
  0,
  0.5,
  256,
  1e300,
  1e-300,
  '',
  'x'.repeat(400),
  '\u202e',
  [],
  {},
  true,
  'input 3x8x8\nnonsense\n',
  'input 3x99999x99999\nconv k3 s2 c4\npool\nlinear c5\n',
  'input 3x8x8\nconv k3 s2 c4\n',
  { __proto__: null, scale: 1 },
  [1, 300],
  [1e30, 3],
  [1e-30, 3],
  [NaN, 0],
);

/** Every path in a value, innermost included. */
function paths(value: unknown, path: readonly string[] = []): string[][] {
  const own = path.length > 0 ? [[...path]] : [];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const record = copy as Record<string, unknown>;
  record[key] = changed(record[key], rest, to);
  return copy;
}

const written = (description: unknown, stored: ReadonlyMap<string, TensorToWrite>): Uint8Array =>
  writeSafetensors(stored, { bottleneck: JSON.stringify(description) ?? 'null' });

const fillings = [0, 1, -1, 127, -128, 2 ** 31 - 1, -(2 ** 31), NaN, Infinity, -Infinity, 1e38, 1e-38];

/** Tensors with one of them dropped, resized, retyped or filled. */
function damaged(which: number, how: number, filling: number): ReadonlyMap<string, TensorToWrite> {
  const result = new Map(tensors);
  const name = [...tensors.keys()][which % tensors.size] as string;
  const { values } = tensors.get(name) as TensorToWrite;
  const put = (made: TensorToWrite['values']): void => void result.set(name, { shape: [made.length], values: made });
  if (how === 0) result.delete(name);
  else if (how === 1) put(values.slice(0, values.length - 1));
  else if (how === 2) put(values instanceof Float32Array ? Int32Array.from(values) : Float32Array.from(values));
  else put(values.slice().fill(fillings[filling % fillings.length] as number));
  return result;
}

/** True when refused; a net that is accepted must run and be planned. */
function refused(file: Uint8Array): boolean {
  try {
    const { net } = readQuantized(file);
    const { program, constants } = integerProgram(net);
    const size = net.graph.facts.get('input')?.shape[1] as number;
    if (size === 8) runProgram(program, constants, picture);
    return false;
  } catch (error) {
    if (!(error instanceof QuantizedFileError) && !(error instanceof SafetensorsError)) throw error;
    expect(error.message.length).toBeLessThan(1500);
    return true;
  }
}

test('the undamaged file is read, and the description is what is changed below', () => {
  expect(refused(valid)).toBe(false);
  expect(refused(written(about, tensors))).toBe(false);
});

test('1,000 changed descriptions', () => {
  const all = paths(about);
  let count = 0;
  fc.assert(
    fc.property(fc.nat(all.length - 1), odd, (which, value) => {
      if (refused(written(changed(about, all[which] as string[], value), tensors))) count++;
    }),
    { numRuns: 1000 },
  );
  expect(count).toBeGreaterThan(500);
});

test('every tensor dropped, cut, retyped, and filled with each extreme', () => {
  let count = 0;
  for (let which = 0; which < tensors.size; which++)
    for (let how = 0; how < 3 + fillings.length; how++)
      if (refused(written(about, damaged(which, Math.min(how, 3), how - 3)))) count++;
  expect(count).toBeGreaterThan(3 * tensors.size);
});

test('1,000 files with flipped bits or cut short', () => {
  const spoilt = fc.oneof(
    fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 }).map((flips) => {
      const file = valid.slice();
      for (const [at, bit] of flips) file[at] = (file[at] as number) ^ (1 << bit);
      return file;
    }),
    fc.nat(valid.length - 1).map((length) => valid.slice(0, length)),
  );
  let count = 0;
  fc.assert(
    fc.property(spoilt, (file) => {
      if (refused(file)) count++;
    }),
    { numRuns: 1000 },
  );
  expect(count).toBeGreaterThan(500);
});
