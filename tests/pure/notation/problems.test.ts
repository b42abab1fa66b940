// What the page and the command line say about a wrong text: the exact sentence, the place, the edit that helps.
import { expect, test } from 'vitest';
import { activationNames } from '../../../src/graph/architecture.ts';
import type { Problem } from '../../../src/graph/ir/graph.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { quote } from '../../../src/graph/notation/problem-list.ts';
import { applyFix } from './apply-fix.ts';

const net = `family efficientnet
input 3x64x64
act relu6

conv    k3 s2 c32
ds      k3 c16
mbconv  x2 k3 s2 c24 e6
conv    k1 c64
pool
linear  c10
`;

/** `[what is underlined, sentence, text after the fix or undefined]` of every problem of `net` with one edit. */
function problemsAfter(from: string, to: string): readonly (readonly [string, string, string | undefined])[] {
  expect(net).toContain(from);
  const text = net.replace(from, to);
  return check(text).problems.map((problem) => describe(text, problem));
}

function describe(text: string, problem: Problem): readonly [string, string, string | undefined] {
  const { range, message, fix } = problem;
  const line = (document: string) => document.split('\n').find((candidate, i) => candidate !== text.split('\n')[i]);
  return [text.slice(range.from, range.to), message, fix && line(applyFix(text, fix))];
}

test('the net itself has no problem', () => {
  expect(check(net).problems).toEqual([]);
});

test.each<[string, string, readonly [string, string, string | undefined]]>([
  // Words.
  ['ds      k3', 'dss     k3', ['dss', 'Unknown word "dss". Did you mean "ds"?', 'ds     k3 c16']],
  ['mbconv ', 'mbcnov ', ['mbcnov', 'Unknown word "mbcnov". Did you mean "mbconv"?', 'mbconv  x2 k3 s2 c24 e6']],
  ['act relu6', 'atc relu6', ['atc', 'Unknown word "atc". Did you mean "act"?', 'act relu6']],
  ['mbconv ', 'ir ', ['ir', '"ir" is timm\'s spelling; in this notation it is "mbconv".', 'mbconv  x2 k3 s2 c24 e6']],
  [
    'mbconv  x2 k3 s2 c24 e6',
    'ir_r2_k3_s2_e6_c24_se0.25',
    [
      'ir_r2_k3_s2_e6_c24_se0.25',
      '"ir_r2_k3_s2_e6_c24_se0.2…" is timm\'s spelling; in this notation it is "mbconv x2 k3 s2 c24 e6 se0.25".',
      'mbconv x2 k3 s2 c24 e6 se0.25',
    ],
  ],
  ['linear  c10', 'fc  c10', ['fc', 'Unknown word "fc". Did you mean "linear"?', 'linear  c10']],
  ['act relu6', 'activation relu6', ['activation', 'Unknown word "activation". Did you mean "act"?', 'act relu6']],
  ['act relu6', '+ act relu6', ['+ ', '"act" is a header line; it takes no "+".', 'act relu6']],
  // Arguments.
  ['linear  c10', 'linear  10', ['10', '"linear" has no argument "10". Did you mean "c10"?', 'linear  c10']],
  ['c24 e6', 'c24 E6', ['E6', '"mbconv" has no argument "E6". Did you mean "e6"?', 'mbconv  x2 k3 s2 c24 e6']],
  [
    'c24 e6',
    'c24 e6 nosikp',
    ['nosikp', '"mbconv" has no argument "nosikp". Did you mean "noskip"?', 'mbconv  x2 k3 s2 c24 e6 noskip'],
  ],
  ['k3 s2 c24', 'k33 s2 c24', ['k33', 'kernel "k" must be between 1 and 31, not "33".', 'mbconv  x2 k31 s2 c24 e6']],
  [
    'k3 s2 c24',
    'k3.5.77 s2 c24',
    ['k3.5.77', 'kernel "k" must be between 1 and 31, not "77".', 'mbconv  x2 k3.5.31 s2 c24 e6'],
  ],
  [
    'k3 s2 c24',
    'k-3 s2 c24',
    ['k-3', 'kernel "k" needs whole numbers, for example "k1", not "-3".', 'mbconv  x2 k1 s2 c24 e6'],
  ],
  [
    'k3 s2 c24',
    'k0x3 s2 c24',
    ['k0x3', 'kernel "k" needs whole numbers, for example "k1", not "0x3".', 'mbconv  x2 k1 s2 c24 e6'],
  ],
  [
    'c24 e6',
    'c24 e1e309',
    ['e1e309', 'expansion ratio "e" needs a number, for example "e1", not "1e309".', 'mbconv  x2 k3 s2 c24 e1'],
  ],
  [
    'c24 e6',
    'c24 e-0',
    ['e-0', 'expansion ratio "e" needs a number, for example "e0.1", not "-0".', 'mbconv  x2 k3 s2 c24 e0.1'],
  ],
  ['c24 e6', 'c24 e', ['e', 'expansion ratio "e" needs a number, for example "e1".', 'mbconv  x2 k3 s2 c24 e1']],
  ['c24 e6', 'c24 e=6', ['e=6', 'Write "e6", without a sign between.', 'mbconv  x2 k3 s2 c24 e6']],
  ['c24 e6', 'c24 e6 k5', ['k5', '"k" is given twice.', 'mbconv  x2 k3 s2 c24 e6']],
  ['c24 e6', 'c24 e6 x3', ['x3', 'The repeats are given twice.', 'mbconv  x2 k3 s2 c24 e6']],
  ['c24 e6', 'e6', ['mbconv', '"mbconv" needs its output channels, for example "c16".', 'mbconv  x2 k3 s2 e6 c16']],
  [
    'c24 e6',
    'c24 e6 act=relu7',
    [
      'act=relu7',
      `"act" must be one of ${activationNames.join(', ')}, as in "act=relu".`,
      'mbconv  x2 k3 s2 c24 e6 act=relu',
    ],
  ],
  [
    'c24 e6',
    'c24 e6 actrelu',
    ['actrelu', '"mbconv" has no argument "actrelu". Did you mean "act=relu"?', 'mbconv  x2 k3 s2 c24 e6 act=relu'],
  ],
  [
    'c24 e6',
    'c24 e6 act',
    [
      'act',
      `"act" must be one of ${activationNames.join(', ')}, as in "act=relu".`,
      'mbconv  x2 k3 s2 c24 e6 act=relu',
    ],
  ],
  [
    'c24 e6',
    'c24 e6 noskip=1',
    ['noskip=1', '"noskip" stands alone, without a value.', 'mbconv  x2 k3 s2 c24 e6 noskip'],
  ],
  ['x2 k3', 'x0 k3', ['x0', 'Repeats go from x1 to x512, not "x0".', 'mbconv  x1 k3 s2 c24 e6']],
  ['pool', 'pool x2', ['x2', 'A head line stands once; it cannot repeat.', 'pool']],
  [
    'conv    k3 s2 c32',
    '+ conv k3 s2 c32',
    ['+ ', 'A "+" continues the stage of the line above; there is none.', 'conv k3 s2 c32'],
  ],
  // Header.
  ['act relu6', 'act relu7', ['relu7', `Unknown act "relu7". Known: ${activationNames.join(', ')}.`, 'act relu']],
  ['act relu6', 'act', ['act', '"act" needs a value, for example "act relu".', 'act relu']],
  ['act relu6', 'act relu6 relu', ['relu', '"act" takes one value.', 'act relu6']],
  ['act relu6', 'width 17', ['17', 'width must be a plain number between 0.01 and 16, not "17".', 'width 16']],
  ['act relu6', 'eps 0', ['0', 'eps must be a plain number between 1e-12 and 1, not "0".', 'eps 1e-12']],
  ['act relu6', 'round 8 min=0', ['0', 'min must be a whole number between 1 and 8,192, not "0".', 'round 8 min=1']],
  ['act relu6', 'round 8 foo=1', ['foo=1', '"round" knows limit=0.9 and min=16, not "foo=1".', 'round 8']],
  ['act relu6', 'input 3x32x32', ['input 3x32x32', '"input" is given twice; the first one counts.', '']],
  [
    'input 3x64x64',
    'input 64',
    [
      '64',
      'The input is CHANNELSxHEIGHTxWIDTH, up to 8,192 channels and 2,048 pixels a side, not "64".',
      'input 3x64x64',
    ],
  ],
  [
    'input 3x64x64',
    'input 3x4096x64',
    [
      '3x4096x64',
      'The input is CHANNELSxHEIGHTxWIDTH, up to 8,192 channels and 2,048 pixels a side, not "3x4096x64".',
      'input 3x2048x64',
    ],
  ],
  [
    'act relu6',
    'act relu6\nexpect 5 params',
    ['expect 5 params', 'The net has 18,106 parameters, not the 5 expected.', 'expect 18106 params'],
  ],
  // Ends.
  [
    'pool\nlinear  c10\n',
    '',
    [
      'conv    k1 c64',
      'The net has no head, so it gives features and no classes: end with "pool" and "linear c1000".',
      'pool',
    ],
  ],
  // Shapes.
  [
    'pool\n',
    '',
    ['linear  c10', 'linear: `linear` needs a vector, not a 16×16 map; add a line `pool` above it.', 'pool'],
  ],
  [
    'conv    k1 c64',
    'conv    k1 c64 g5',
    [
      'conv    k1 c64 g5',
      'conv: 24 → 64 channels cannot be split into 5 groups; make both channel counts divisible by the groups.',
      'conv    k1 c64 g4',
    ],
  ],
  [
    'conv    k1 c64',
    'conv    k17 c64',
    [
      'conv    k17 c64',
      'conv: kernel 17 is larger than the 16×16 map it reads; the rest of it meets only padding.',
      'conv    k15 c64',
    ],
  ],
  [
    'conv    k1 c64',
    'conv    k1 c64 skip',
    [
      'skip',
      'conv: no repeat of this line has equal input and output shapes, so there is nothing to skip.',
      'conv    k1 c64 ',
    ],
  ],
  [
    'conv    k1 c64',
    'uib     s2 c64',
    [
      'uib     s2 c64',
      'uib: no depthwise convolution to carry the stride 2; add a start or middle depthwise such as a3 or k3.',
      'uib     s2 c64 a3',
    ],
  ],
])('%j → %j', (from, to, expected) => {
  expect(problemsAfter(from, to)).toEqual([expected]);
});

test('a line that needs another one above it', () => {
  const text = net.replace('conv    k1 c64\npool\nlinear  c10', 'vit h4\nclshead c10');
  const { problems } = check(text);
  expect(problems).toMatchObject([{ fix: { label: 'Add tokens above', insert: 'tokens c24\n' } }]);
  expect(problems[0]?.fix && check(applyFix(text, problems[0].fix)).problems).toEqual([]);
});

test('an argument that is near none is removed, and the known ones are listed', () => {
  const [problem] = parse(net.replace('pool', 'pool z9')).problems;
  expect(problem?.message).toMatch(/^"pool" has no argument "z9"\. It knows (\w+, )*fixdepth/);
  expect(problem?.fix && applyFix(net.replace('pool', 'pool z9'), problem.fix)).toBe(net);
});

test('a broken line is left out and the rest still builds', () => {
  const { architecture, problems } = parse(net.replace('mbconv  x2', 'mbconvv x2').replace('k1 c64', 'k1 c64 z9'));
  expect(problems.map(({ severity }) => severity)).toEqual(['error', 'error']);
  expect(architecture.blocks.map(({ word }) => word)).toEqual(['conv', 'ds', 'conv', 'pool', 'linear']);
  expect(architecture.blocks[2]?.args).toEqual({ k: 1, c: 64 });
});

test('an expected count says nothing while a line is left out', () => {
  const { problems } = check(net.replace('act relu6', 'expect 1 params').replace('ds ', 'dss '));
  expect(problems.map(({ message }) => message)).toEqual(['Unknown word "dss". Did you mean "ds"?']);
});

test('a header line below a block counts, with a warning', () => {
  const { architecture, problems } = parse('conv c8\nact gelu\npool\nlinear c10\n');
  expect(architecture.header.act).toBe('gelu');
  expect(problems).toMatchObject([
    {
      severity: 'warning',
      message: '"act" belongs above the blocks: it counts for the whole net.',
      range: { from: 8, to: 16 },
    },
  ]);
});

test('an empty text says how to begin', () => {
  const text = '\n# nothing yet';
  const [problem] = check(text).problems;
  expect(problem?.message).toBe('There is no block yet. A net begins with its stem, for example "conv k3 s2 c32".');
  expect(problem?.fix && applyFix(text, problem.fix)).toBe('\n# nothing yet\nconv k3 s2 c32\n');
});

test('quoted text cannot disturb the page', () => {
  expect(quote('a\u202eb')).toBe('"aU+202Eb"');
  expect(quote('\u0000\ud800')).toBe('"U+0000U+D800"');
  expect(quote('x'.repeat(30))).toBe(`"${'x'.repeat(24)}…"`);
});
