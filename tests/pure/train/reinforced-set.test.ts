// Reinforced sets: their size, their file, and that a stored sample comes back bit for bit; and drawn voices, which are functions of their number.
import { describe, expect, test } from 'vitest';
import { classProbabilities } from '../../../src/graph/train/class-targets.ts';
import { drawnPatterns } from '../../../src/graph/train/data/pictures.ts';
import { voice } from '../../../src/graph/train/data/voices.ts';
import {
  readReinforced,
  reinforce,
  replay,
  writeReinforced,
} from '../../../src/graph/train/reinforce/reinforced-set.ts';
import { agreement } from '../../../src/graph/train/studies/concordance.ts';

describe('a reinforced set', async () => {
  const pictures = drawnPatterns(6, 0, 9, 0);
  const seen: Float32Array[] = [];
  const answers = (count: number): Float32Array[] =>
    Array.from({ length: count }, (_, row) =>
      Float32Array.from({ length: 12 }, (_, c) => Math.sin(seen.length + row + c)),
    );
  const [k, samples] = [3, 4];
  const made = await reinforce(pictures, {
    samples,
    k,
    seed: 5,
    teacher: 't',
    answer(changed) {
      const rows = answers(changed.length);
      seen.push(...changed);
      return Promise.resolve(rows);
    },
  });
  const file = writeReinforced(made);
  const set = readReinforced(file);
  if ('problem' in set) throw new Error(set.problem);

  test('comes back from its file, in at most 8k + 64 bytes a sample', () => {
    expect(set).toEqual(made);
    expect(file.length / (9 * samples)).toBeLessThanOrEqual(8 * k + 64);
  });

  test('is replayed bit for bit, with the teacher’s shares', () => {
    for (const [at, pixels] of seen.entries()) {
      const picture = Math.floor(at / samples);
      const again = replay(set, pictures.sample('train', picture), picture, at % samples, pictures.side);
      expect([...new Uint32Array(again.pixels.buffer)]).toEqual([...new Uint32Array(pixels.buffer)]);
      const shares = classProbabilities(again.outputs);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      for (let i = 0; i < k; i++)
        expect(shares[set.top[at * k + i] as number]).toBeCloseTo(set.shares[at * k + i] as number, 6);
    }
  });

  test('is refused where it is damaged, in words', () => {
    expect(readReinforced(file.slice(0, -4))).toMatchObject({
      problem: expect.stringContaining('is no reinforced set') as string,
    });
    expect(readReinforced(writeReinforced({ ...made, top: made.top.map(() => 12) }))).toMatchObject({
      problem: expect.stringContaining('a class that is none') as string,
    });
  });
});

test('a voice is a function of set and number, louder where it dominates', () => {
  expect(voice(1, 2)).toEqual(voice(1, 2));
  const deviation = (from: Float32Array): number =>
    Math.sqrt(from.reduce((sum, value) => sum + value ** 2, 0) / from.length);
  const found = Array.from({ length: 60 }, (_, index) => voice(0, index));
  const loud = found.map(({ spectrum }) => deviation(spectrum));
  const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
  const those = (sign: 1 | -1): number[] => loud.filter((_, i) => sign * (found[i]?.spoken[2] ?? 0) > 0);
  expect(mean(those(1))).toBeGreaterThan(mean(those(-1)));
  expect(found.every(({ spectrum }) => spectrum.every(Number.isFinite))).toBe(true);
});

test('concordance is 1 only where the numbers are the same', () => {
  const truth = [0.1, 0.5, -0.4, 0.9];
  expect(agreement(truth, truth)).toBeCloseTo(1, 12);
  // 2 cov / (var x + var 2x + (mean x − mean 2x)²)
  expect(
    agreement(
      truth.map((value) => 2 * value),
      truth,
    ),
  ).toBeCloseTo((4 * 0.231875) / (5 * 0.231875 + 0.275 ** 2), 9);
});
