// Advice: of the slowest lines only, a net each, and kept only with an interval wholly below zero.
import { expect, test } from 'vitest';
import { check } from '../../../../src/graph/notation/check.ts';
import { resolvePreset, type ResolvedPreset } from '../../../../src/graph/presets/resolve.ts';
import { adviceFor } from '../../../../src/ui/views/profile/advice/advice.ts';
import { adviceEnd } from '../../../../src/ui/views/profile/advice/advising.svelte.ts';
import { difference } from '../../../../src/workers/engine/estimate.ts';

const net = (name: string) => (resolvePreset(name) as ResolvedPreset).text.replace(/^expect .*\n/m, '');
const advice = (text: string, ...slow: readonly (readonly [line: number, ms: number, bound?: 'launch'])[]) =>
  adviceFor(
    text,
    check(text).architecture,
    slow.map(([line, ms, bound]) => ({ line, ms, share: ms / 100, bound })),
  ).map(({ swap: { what, to, line }, text: after }) => {
    expect(check(after).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    return `${what}=${to}${line === undefined ? '' : `@${line}`}`;
  });

test('the slowest lines come first, with what their own arguments leave room for', () => {
  expect(advice(net('mobilenetv3_large_100'), [5, 30], [2, 10], [3, 1])).toEqual([
    'k=3@5',
    'se=0@5',
    'e=3@3',
    'input=192',
  ]);
  // Only four lines: the fifth is not slow.
  expect(advice(net('mixnet_s'), [5, 50], [6, 40], [7, 30], [8, 20], [9, 10]).some((one) => one.endsWith('@9'))).toBe(
    false,
  );
  expect(advice(net('mobilenetv2_100'), [3, 30, 'launch'])).toEqual(['e=4@3', 'block=fused@3', 'input=192']);
  expect(advice(net('mobilenetv4_hybrid_medium'), [24, 9])).toContain('v=2@24');
  expect(advice('input 3x64x64\n\nconv k3 s2 c13\npool\nlinear c10\n', [1, 5])).toContain('c=16@1');
});

test('an interval that reaches zero, or a loss, is taken back; an edit meanwhile is not touched', () => {
  const pairs = (...values: number[]) => ({ difference: difference(values) });
  const faster = pairs(-1, -1.1, -0.9, -1, -1.2, -0.8, -1);
  expect(adviceEnd(faster, true)).toBe('kept');
  expect(adviceEnd(faster, false)).toBe('left');
  expect(adviceEnd(pairs(-1, 1, -0.5, 0.5, 0.2, -0.3, 0), true)).toBe('back');
  expect(adviceEnd(pairs(1, 1.1, 0.9, 1, 1.2, 0.8, 1), true)).toBe('back');
  expect(adviceEnd(undefined, true)).toBe('stopped');
});
