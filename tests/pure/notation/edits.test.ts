// A person types, pastes and deletes anything: the parser always answers, points into the text, and its fixes help.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Problem } from '../../../src/graph/ir/graph.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { applyFix } from './apply-fix.ts';
import { randomArchitecture } from './random-architecture.ts';

const written = `# MobileNetV2 with a bit of everything
#: top1 72.0
family mobilenetv4
input 3x32x32
act relu6
round 8 limit=0.9 min=16
expect 1234 params

conv       k3 s2 c32
ds         k3    c16 se0.25
mbconv x2  k3.5 s2 c24 e6 a2 act=hswish
+ fused    k3 c24 e4 noskip
uib        a3 k5 s2 c48 e4 ls # extra
mqa        c48 h4 d16 v2
conv       k1 c96 g2
pool
linear     c10
`;

const foreign = fc.oneof(
  fc.constantFrom(
    '\u202e',
    '\u200b',
    '\u0000',
    '\ud800',
    '𝒳',
    '\u2028',
    '\r\n',
    '\r',
    '\ufeff',
    '#',
    '+',
    '=',
    'x',
    '.',
    '-',
    ' ',
    '99999999999999999999',
    '1e309',
    '-0',
    '0x10',
    'NaN',
    '__proto__',
    'constructor',
    'x512',
    'k31',
    'c8192',
    'e32',
    'width 16\n',
    'depth 16\n',
    'ir_r2_k3_s2_e6_c24',
    '\nact',
    '\n+',
    '\npool',
    '\nlinear',
    'aa=blur',
    'ca8',
    'toString',
  ),
  fc.string({ maxLength: 6, unit: 'binary' }),
);

type Edit = (text: string) => string;
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, share: number) => Math.min(text.length, Math.floor(share * (text.length + 1)));

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 12 })).map(
    ([share, length]): Edit =>
      (text) =>
        text.slice(0, at(text, share)) + text.slice(at(text, share) + length),
  ),
  fc.tuple(place, foreign).map(
    ([share, piece]): Edit =>
      (text) =>
        text.slice(0, at(text, share)) + piece + text.slice(at(text, share)),
  ),
  fc.tuple(place, foreign).map(
    ([share, piece]): Edit =>
      (text) =>
        text.slice(0, at(text, share)) + piece + text.slice(at(text, share) + piece.length),
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 40 })).map(([from, to, length]): Edit => (text) => {
    const copy = text.slice(at(text, from), at(text, from) + length);
    return text.slice(0, at(text, to)) + copy + text.slice(at(text, to));
  }),
);

const document = fc.oneof(
  fc.constant(written),
  randomArchitecture({ maxLines: 6, maxRepeats: 2 }).map((architecture) => print(architecture)),
);
const edited = fc
  .tuple(document, fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce((current, apply) => apply(current), text));

const inside = (text: string, { from, to }: Problem['range']) => 0 <= from && from <= to && to <= text.length;

/** Gone: said less often than before, or not at the place where the same text now stands. */
function isGone(problem: Problem, before: readonly Problem[], after: readonly Problem[]): boolean {
  const same = (other: Problem) => other.message === problem.message;
  const { range, insert } = problem.fix as NonNullable<Problem['fix']>;
  const shift = problem.range.from >= range.to ? insert.length - (range.to - range.from) : 0;
  const stays = after.some((other) => same(other) && other.range.from === problem.range.from + shift);
  return after.filter(same).length < before.filter(same).length || !stays;
}

test('2,000 random edits: no exception, ranges inside the text, and each fix removes its problem', () => {
  let fixes = 0;
  fc.assert(
    fc.property(edited, (text) => {
      const { problems } = check(text);
      for (const problem of problems.slice(0, 4)) {
        expect(inside(text, problem.range), problem.message).toBe(true);
        expect(problem.message).toMatch(/^\S.*[.?]$/s);
        if (!problem.fix) continue;
        expect(inside(text, problem.fix.range), problem.message).toBe(true);
        const after = check(applyFix(text, problem.fix)).problems;
        expect(isGone(problem, problems, after), `${problem.message} after "${problem.fix.label}"`).toBe(true);
        fixes++;
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
  expect(fixes).toBeGreaterThan(1000);
}, 240_000);

test('any string at all gets an answer', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (text) => {
      for (const { range } of check(text).problems) expect(inside(text, { ...range })).toBe(true);
    }),
    { numRuns: 500, seed: 3 },
  );
});
