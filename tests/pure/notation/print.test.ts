// The canonical text: one spelling per architecture, and nothing lost between text and architecture.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../../../src/graph/notation/parse.ts';
import { keyOrder, print } from '../../../src/graph/notation/print.ts';
import { blocks } from '../../../src/graph/blocks/index.ts';
import { meaning, randomArchitecture } from './random-architecture.ts';

const untidy = `# MobileNetV2, arXiv 1801.04381
#: top1 72.0
  expect   3504872 params # counted
act relu6
depth 1
  # the stem
conv c32 s2 k3
ds\tc16 k3   # no expansion
mbconv  e6  x2  k3 s2 c24

# middle
mbconv x3 k3 s2 c32 e6.0
+ mbconv noskip c32 act=hswish e6 k3
+uib c32 k3 a5 e4
conv k1 c01280
pool
linear c1000
# end`;

const tidy = `# MobileNetV2, arXiv 1801.04381
#: top1 72.0
# counted
family efficientnet
input 3x224x224
act relu6
expect 3504872 params

# the stem
conv         k3 s2 c32
ds           k3    c16  # no expansion
mbconv   x2  k3 s2 c24   e6
# middle
mbconv   x3  k3 s2 c32   e6
+ mbconv     k3    c32   e6 act=hswish noskip
+ uib        k3    c32   e4 a5
conv         k1    c1280
pool
linear       c1000
# end
`;

test('an untidy text has one canonical form', () => {
  const { architecture, problems } = parse(untidy);
  expect(problems).toEqual([]);
  expect(print(architecture)).toBe(tidy);
});

test('the canonical form is its own canonical form', () => {
  const { architecture, problems } = parse(tidy);
  expect(problems).toEqual([]);
  expect(print(architecture)).toBe(tidy);
});

test('a text without header lines keeps its title on top', () => {
  expect(print(parse('# title\nconv c8 # note\npool\nlinear c10').architecture)).toBe(
    '# title\nfamily efficientnet\ninput 3x224x224\n\nconv    c8  # note\npool\nlinear  c10\n',
  );
});

test('the order of keys agrees with the order in which each block lists its own numbers', () => {
  const order = keyOrder(blocks);
  for (const { word, args } of blocks.values()) {
    const numbers = args.filter(({ kind }) => kind !== 'flag' && kind !== 'word').map(({ key }) => key);
    const common = numbers.filter((key) => ['k', 's', 'c', 'e', 'se'].includes(key));
    expect(
      common.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
      word,
    ).toEqual(common);
  }
});

test('parse∘print is the identity on 1,000 random architectures, and print is idempotent', () => {
  fc.assert(
    fc.property(randomArchitecture({ maxLines: 16, maxRepeats: 9 }), (architecture) => {
      const text = print(architecture);
      const parsed = parse(text);
      expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(meaning(parsed.architecture)).toEqual(meaning(architecture));
      expect(print(parsed.architecture)).toBe(text);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test('every part of a line knows where it stands', () => {
  const { architecture } = parse(tidy);
  const said = (range: { from: number; to: number } | undefined) => range && tidy.slice(range.from, range.to);
  const line = architecture.blocks[4];
  expect(said(line?.range)).toBe('+ mbconv     k3    c32   e6 act=hswish noskip');
  expect(said(line?.wordRange)).toBe('mbconv');
  expect(said(architecture.blocks[2]?.repeatsRange)).toBe('x2');
  expect(Object.fromEntries(Object.entries(line?.argRanges ?? {}).map(([key, range]) => [key, said(range)]))).toEqual({
    k: 'k3',
    c: 'c32',
    e: 'e6',
    act: 'act=hswish',
    noskip: 'noskip',
  });
  expect(said(architecture.headerRanges?.['expect'])).toBe('expect 3504872 params');
});
