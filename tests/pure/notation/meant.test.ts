// A fix never changes what the text says: drawn ways of writing a value that the notation has no place for, and the value after the fix.
import { describe, expect, test } from 'vitest';
import type { ArgumentValue, BlockLine } from '../../../src/graph/architecture.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { applyFix } from './apply-fix.ts';

/** The text with its problems' fixes taken one after another, or undefined where a problem has none. */
function mended(text: string): string | undefined {
  let result = text;
  for (let i = 0; i < 8; i++) {
    const [problem] = parse(result).problems.filter(({ severity }) => severity === 'error');
    if (!problem) return result;
    if (!problem.fix) return undefined;
    result = applyFix(result, problem.fix);
  }
  throw new Error(`no end to the fixes of ${text}`);
}
const wide = (text: string): string =>
  Array.from(text, (one) => (/[!-~]/.test(one) ? String.fromCharCode(one.charCodeAt(0) + 0xfee0) : one)).join('');
const cyrillic = (text: string): string =>
  text.replace(/[cekxsp]/g, (one) => ({ c: 'с', e: 'е', k: 'к', x: 'х', s: 'ѕ', p: 'р' })[one] as string);

const net = (line: string): string => `input 3x64x64\nconv k3 s2 c32\n${line}\npool\nlinear c10\n`;
const lineOf = (text: string | undefined): BlockLine | undefined =>
  text === undefined ? undefined : parse(text).architecture.blocks[1];

describe('repeats', () => {
  const spellings = (n: number): string[] => [
    `${n}x`,
    `×${n}`,
    `${n}×`,
    `*${n}`,
    `X${n}`,
    `x=${n}`,
    `n${n}`,
    `n=${n}`,
    `r${n}`,
    wide(`x${n}`),
    cyrillic(`x${n}`),
    `✕${n}`,
  ];
  test.each([1, 2, 3, 4, 7, 12, 30].flatMap((n) => spellings(n).map((token) => [token, n] as const)))(
    '%s is x%d',
    (token, n) => {
      const line = lineOf(mended(net(`mbconv ${token} k3 c24 e6`)));
      expect(line?.repeats).toBe(n);
      expect(line?.args).toEqual({ k: 3, c: 24, e: 6 });
      // Also at the end, and while the text is not mended the count is right.
      expect(lineOf(mended(net(`mbconv k3 c24 e6 ${token}`)))?.repeats).toBe(n);
      expect(lineOf(net(`mbconv ${token} k3 c24 e6`))?.repeats).toBe(n);
    },
  );

  test.each(['2x', '2×', '×2', '２×'])('%s before the word', (token) => {
    expect(lineOf(mended(net(`${token} mbconv k3 c24 e6`)))).toMatchObject({ word: 'mbconv', repeats: 2 });
  });
});

const values: readonly (readonly [string, string, ArgumentValue])[] = [
  ...[0.5, 1.5, 2.5, 4.25, 6.75].flatMap((value): [string, string, ArgumentValue][] => {
    const comma = String(value).replace('.', ',');
    return [
      `e${comma}`,
      `e=${comma}`,
      `e=${value}`,
      `E${value}`,
      `t${value}`,
      `t${comma}`,
      `exp${value}`,
      wide(`e${value}`),
      cyrillic(`e${comma}`),
      `e+${value}`,
    ].map((token) => [token, 'e', value]);
  }),
  ...[3, 4, 6].flatMap((value): [string, string, ArgumentValue][] =>
    [
      `t${value}`,
      `t=${value}`,
      `T${value}`,
      `expand${value}`,
      `expansion=${value}`,
      `ratio${value}`,
      wide(`t${value}`),
      `e${value},`,
    ].map((token) => [token, 'e', value]),
  ),
  ...[16, 24, 1280].flatMap((value): [string, string, ArgumentValue][] =>
    [
      `C${value}`,
      `c=${value}`,
      `o${value}`,
      `out${value}`,
      `out=${value}`,
      `ch${value}`,
      `channels=${value}`,
      `filters${value}`,
      wide(`c${value}`),
      cyrillic(`c${value}`),
      `c${value}.0`,
      `c${value};`,
    ].map((token) => [token, 'c', value]),
  ),
  ...['c1,280', 'c1_280', 'c1.28k', 'c1’280'].map((token): [string, string, ArgumentValue] => [token, 'c', 1280]),
  ...[3, 5, 7].flatMap((value): [string, string, ArgumentValue][] =>
    [
      `k${value}x${value}`,
      `k${value}×${value}`,
      `K${value}`,
      `k=${value}`,
      `kernel${value}`,
      `k[${value}]`,
      `k(${value})`,
      `k${value}.0`,
      wide(`k${value}`),
    ].map((token) => [token, 'k', value]),
  ),
  ...['k3,5,7', 'k3/5/7', 'k[3,5,7]', 'k=3;5;7', 'k{3,5,7}', 'k=3.5.7'].map(
    (token): [string, string, ArgumentValue] => [token, 'k', [3, 5, 7]],
  ),
  ...['s2x2', 'stride2', 'stride=2', 'S2', 's=2', 'strides2', wide('s2')].map(
    (token): [string, string, ArgumentValue] => [token, 's', 2],
  ),
  ...['se0,25', 'se=0.25', 'SE0.25', 'se25%', 'se1/4', 'se¼', 'se.25'].map((token): [string, string, ArgumentValue] => [
    token,
    'se',
    0.25,
  ]),
  ...['act=SiLU', 'act=silu', 'act=Swish', 'nsw', 'NL=SW', 'activation=swish', wide('act=swish')].map(
    (token): [string, string, ArgumentValue] => [token, 'act', 'swish'],
  ),
  ...['act=Hard-Swish', 'act=HardSwish', 'act=h-swish', 'act=HS', 'nhs', 'nl=HS'].map(
    (token): [string, string, ArgumentValue] => [token, 'act', 'hswish'],
  ),
  ...['act=ReLU6', 'act=RELU6', 'nr6', 'act=relu_6'].map((token): [string, string, ArgumentValue] => [
    token,
    'act',
    'relu6',
  ]),
];

test('there are more than 120 drawn arguments', () => expect(values.length).toBeGreaterThan(120));

test.each(values)('%s says %s %j', (token, key, value) => {
  const others: Record<string, string> = { k: 'k3', c: 'c24', e: 'e6' };
  const rest = Object.entries(others).flatMap(([name, text]) => (name === key ? [] : [text]));
  for (const text of [`mbconv ${token} ${rest.join(' ')}`, `mbconv ${rest.join(' ')} ${token}`]) {
    const line = lineOf(mended(net(text)));
    expect(line?.args[key]).toEqual(value);
    for (const [name, own] of Object.entries(others))
      if (name !== key) expect(line?.args[name]).toBe(Number(own.slice(1)));
    expect(Object.keys(line?.args ?? {}).sort()).toEqual([...new Set([...Object.keys(others), key])].sort());
  }
});

test.each([
  // Nothing certain is said: no fix may choose.
  ['act=mish'],
  ['e2,500'],
  ['k3x5'],
])('%s has no fix that changes it', (token) => {
  const rest = ['k3', 'c24', 'e6'].filter((other) => other[0] !== token[0]);
  const [problem] = parse(net(`mbconv ${rest.join(' ')} ${token}`)).problems;
  expect(problem?.severity).toBe('error');
  if (problem?.fix) expect(problem.fix.insert).not.toMatch(/\d|=/);
});

test('a switch that is off is removed', () => {
  for (const off of ['noskip=0', 'noskip=false', 'noskip=no'])
    expect(lineOf(mended(net(`mbconv k3 c32 e6 ${off}`)))?.args).toEqual({ k: 3, c: 32, e: 6 });
  expect(lineOf(mended(net('mbconv k3 c32 e6 noskip=true')))?.args['noskip']).toBe(true);
});

test.each([
  ['width 0,5', { width: 0.5 }],
  ['width 75%', { width: 0.75 }],
  ['width 1/2', { width: 0.5 }],
  ['width ×0.5', { width: 0.5 }],
  [wide('width') + ' 1.4', { width: 1.4 }],
  ['depth .5', { depth: 0.5 }],
  ['expect 3,504,872 params', { expectParams: 3504872 }],
  ['expect 3_504_872 params', { expectParams: 3504872 }],
  ['expect 3 504 872 params', { expectParams: 3504872 }],
  ['expect 3.5M params', { expectParams: 3500000 }],
  ['expect 3.5 M params', { expectParams: 3500000 }],
  ['expect 3504872', { expectParams: 3504872 }],
  ['act SiLU', { act: 'swish' }],
  ['act Hard-Swish', { act: 'hswish' }],
  ['norm BatchNorm2d', { norm: 'bn' }],
  ['norm LayerNorm', { norm: 'ln' }],
  ['input 224', { input: [3, 224, 224] }],
  ['input 3×96×160', { input: [3, 96, 160] }],
  ['input ３ｘ２２４ｘ２２４', { input: [3, 224, 224] }],
  ['input 3,96,160', { input: [3, 96, 160] }],
])('header: %s', (line, expected) => {
  const text = mended(`${line}\nconv k3 s2 c32\npool\nlinear c10\n`);
  expect(text && parse(text).architecture.header).toMatchObject(expected);
});

test('a header word that stands for nothing known has no fix', () => {
  for (const line of ['act mish', 'norm instance', 'pad valid'])
    expect(parse(`${line}\nconv k3 s2 c32\npool\nlinear c10\n`).problems[0]).not.toHaveProperty('fix');
});
