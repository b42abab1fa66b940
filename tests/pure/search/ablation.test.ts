// Swaps of a design choice: what they change, what takes them back, and why some cannot be made.
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { resolvePreset, type ResolvedPreset } from '../../../src/graph/presets/resolve.ts';
import { applySwap, parseSwap, SwapError } from '../../../src/graph/search/ablation/swap.ts';
import { earlierStrides, parseSweep, swapsOf } from '../../../src/graph/search/ablation/sweep.ts';
import { countsOf } from '../../../src/workers/engine/ablation.ts';
import { difference, includesZero } from '../../../src/workers/engine/estimate.ts';

const text = (name: string): string => {
  const { header, ...rest } = (resolvePreset(name) as ResolvedPreset).architecture;
  return print({ ...rest, header: { ...header, expectParams: undefined } });
};
const counts = (of: string) => countsOf(check(of).graph!);
const swap = (net: string, words: string) => applySwap(net, parseSwap(words));

describe('applySwap', () => {
  it('changes one line or all, and its way back gives the net as it was', () => {
    for (const name of ['mobilenetv2_100', 'mobilenetv3_large_100', 'mixnet_s'])
      for (const words of ['act=gelu', 'k=5', 'width=0.5', 'k=7@4']) {
        const net = text(name);
        const { text: changed, back } = swap(net, words);
        expect(changed, `${name} ${words}`).not.toBe(net);
        expect(back, `${name} ${words}`).toBe(net);
      }
  });
  it('counts what a swap adds', () => {
    const net = text('mobilenetv2_100');
    const { text: gated, lines } = swap(net, 'se=0.25@3');
    expect(lines).toEqual([3]);
    expect(counts(gated).params).toBeGreaterThan(counts(net).params);
    // A kernel of 5 instead of 3 on every depthwise layer: 16 more weights a channel.
    const { text: five } = swap(net, 'kernel=5');
    const channels = check(net).graph!.nodes.filter(({ op, id }) => op === 'conv2d' && id.endsWith('conv_dw')).length;
    expect(channels).toBe(17);
    expect((counts(five).params - counts(net).params) % 16).toBe(0);
    const { text: fused } = swap(net, 'block=fused@3');
    expect(counts(fused).macs).toBeGreaterThan(counts(net).macs);
  });
  it('says why a swap cannot be made', () => {
    const net = text('mobilenetv2_100');
    const why = (words: string): string => {
      try {
        swap(net, words);
        return 'made';
      } catch (error) {
        return error instanceof SwapError ? error.message : 'another error';
      }
    };
    expect(why('k5')).toMatch(/is no swap: write WHAT=TO/);
    expect(why('k=5@99')).toMatch(/there is no line 99: the net has \d+ block lines/);
    expect(why('h=4@3')).toBe('line 3 is mbconv, which takes no "h"');
    expect(why('act=squash')).toBe('there is no activation "squash"');
    expect(why('block=cube')).toBe('there is no block "cube"');
    expect(why('k=wide')).toBe('k (kernel) is a number, not "wide"');
    expect(why('s=2@99')).toMatch(/no line 99/);
    expect(why('c=0@3')).toMatch(/^c=0@3 makes no net: /);
  });
});

it('sweeps through given values or the usual ones, and moves strides to earlier lines', () => {
  expect(swapsOf(parseSweep('kernel@4'))[2]).toEqual({ what: 'k', to: '7', line: 4 });
  expect(parseSweep('width=0.5,1').values).toEqual(['0.5', '1']);
  expect(() => parseSweep('se')).toThrow('give the values of se');
  const net = text('mobilenetv2_100');
  const moved = earlierStrides(net);
  // Where the line above halves itself, the one before it takes over.
  expect(moved.map(({ from, to }) => [from, to])).toEqual([
    [3, 2],
    [4, 2],
    [5, 2],
    [7, 6],
  ]);
  for (const step of moved) expect(counts(step.text).macs).toBeLessThan(counts(net).macs);
});

it('intervals of differences: of noise around nothing 95 % hold nothing, also where the clock rounds', () => {
  let seed = 1;
  const next = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const noise = (): number => next() + next() + next() - 1.5;
  for (const [n, step] of [
    [15, 0],
    [15, 0.5],
    [9, 0],
  ] as const) {
    const rounded = (value: number): number => (step ? Math.floor(value / step + next()) * step : value);
    let holds = 0;
    for (let trial = 0; trial < 1000; trial++)
      holds += Number(
        includesZero(
          difference(
            Array.from({ length: n }, () => rounded(noise()) - rounded(noise())),
            step,
          ),
        ),
      );
    expect(holds, `${n} pairs, step ${step}`).toBeGreaterThan(935);
    expect(holds, `${n} pairs, step ${step}`).toBeLessThan(995);
  }
  expect(includesZero(difference([1, 2, 1, 2, 1, 2, 1]))).toBe(false);
});
