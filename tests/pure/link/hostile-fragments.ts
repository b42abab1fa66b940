// 1,100 fragments that must do nothing: size bombs, markup, damage, nesting, prototype keys, versions, numbers, recipes, hidden characters.
import { deflateSync, strToU8 } from 'fflate';
import { encodeLink, type SharedRecipe, type SharedResult } from '../../../src/graph/link/link.ts';

const wrap = (json: string | Uint8Array, prefix = '1.') =>
  prefix +
  Buffer.from(deflateSync(typeof json === 'string' ? strToU8(json) : json, { level: 9 })).toString('base64url');
/** A document that is fine, which the hostile ones resemble. */
export const good = { name: 'mobilenetv2_100', text: 'input 3x224x224\nconv k3 s2 c32\npool\nlinear c1000\n' };
export const result = {
  net: '0123456789abcdef',
  weights: 'random',
  adapter: 'SwiftShader',
  browser: 'Chromium 156',
  version: '0.1.0',
  precision: 'f32' as const,
  runs: 20,
  medianMs: 12.5,
  p90Ms: 13,
  blockMs: [1, 2],
} satisfies SharedResult;

export const recipe = {
  calibration: 'entropy',
  perChannel: true,
  equalized: false,
  float: ['conv_stem', 'blocks.0.0.conv_dw'],
} satisfies SharedRecipe;

/** Deterministic pseudo-random numbers, so that a failing case can be found again. */
function* random(seed: number) {
  let a = seed;
  for (;;) {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

const payloads = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)//<a>',
  '"><svg/onload=alert(1)>',
  '<!--',
];
/** Kind → fragments; every one must be refused. */
export const hostileFragments: Record<string, string[]> = {
  'size bombs': [],
  'script and markup': [],
  'broken base64 or deflate': [],
  'deep nesting': [],
  'prototype keys': [],
  versions: [],
  numbers: [],
  recipes: [],
  unicode: [],
};
for (let i = 0; i < 200; i++)
  hostileFragments['size bombs']?.push(
    i % 2 ? wrap(JSON.stringify({ ...good, text: 'x'.repeat(300_000 + i * 100_000) })) : '1.' + 'A'.repeat(16_400 + i),
  );
for (let i = 0; i < 150; i++) {
  const bad = payloads[i % payloads.length] + String(i);
  const at = i % 6;
  const doc =
    at === 0
      ? { ...good, name: bad }
      : at === 1
        ? { ...good, result: { ...result, adapter: bad } }
        : at === 2
          ? { ...good, result: { ...result, browser: bad } }
          : at === 3
            ? { ...good, result: { ...result, weights: bad } }
            : at === 4
              ? { ...good, html: bad }
              : { ...good, result: { ...result, net: bad } };
  hostileFragments['script and markup']?.push(
    wrap(JSON.stringify(doc).replaceAll('javascript:alert(1)//<a>', '<a href=javascript:alert(1)>')),
  );
}
const valid = encodeLink({ ...good, result });
/** The same in the first version, which has no checksum. */
const valid1 = wrap(JSON.stringify({ ...good, result }));
const dice = random(7);
const next = () => dice.next().value as number;
for (let i = 0; i < 150; i++) {
  const cut = 2 + Math.floor(next() * (valid.length - 4));
  hostileFragments['broken base64 or deflate']?.push(
    i % 3 === 0
      ? valid.slice(0, cut)
      : i % 3 === 1
        ? `${valid.slice(0, cut)}!${valid.slice(cut)}`
        : `1.${valid1.slice(2 + (cut % 20) + 1)}`,
  );
}
for (let i = 0; i < 100; i++) {
  const depth = 1000 + i * 1000;
  hostileFragments['deep nesting']?.push(
    wrap(
      i % 2
        ? '['.repeat(depth) + ']'.repeat(depth)
        : `{"name":"a","text":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
    ),
  );
}
for (let i = 0; i < 100; i++) {
  const key = ['__proto__', 'constructor', 'prototype', 'toString'][i % 4] as string;
  hostileFragments['prototype keys']?.push(
    wrap(
      i % 8 < 4
        ? `{"name":"a${i}","text":"","${key}":{"polluted":${i}}}`
        : `{"name":"a","text":"","result":{"${key}":${i}}}`,
    ),
  );
}
for (let i = 0; i < 100; i++)
  hostileFragments['versions']?.push(
    `${['0', '2', '01', '99999', '-1', 'v1', '1e0', ' 1', '１', ''][i % 10]}.${valid.slice(2, 30 + i)}`,
  );
for (let i = 0; i < 100; i++) {
  const number = ['1e309', '-1', '1e99', '"5"', 'NaN', '0x10', '-0.5', '9007199254740993', 'null', '[]'][
    i % 10
  ] as string;
  hostileFragments['numbers']?.push(
    wrap(JSON.stringify({ ...good, result: { ...result, medianMs: 'HERE', p90Ms: i } }).replace('"HERE"', number)),
  );
}
for (let i = 0; i < 100; i++) {
  const bad: Record<string, unknown> = [
    { calibration: `percentile-${i}` },
    { calibration: ['max'] },
    { perChannel: i },
    { equalized: 'true' },
    { float: 'conv_stem' },
    { float: Array.from({ length: 513 + i }, (_, at) => `blocks.${at}`) },
    { float: ['a'.repeat(121 + i)] },
    { float: [`<b>${i}</b>`] },
    { float: [`conv_stem\u202e${i}`, i] },
    { pictures: i },
  ][i % 10] as Record<string, unknown>;
  hostileFragments['recipes']?.push(
    wrap(JSON.stringify({ ...good, recipe: i % 20 < 10 ? { ...recipe, ...bad } : { ...bad } })),
  );
}
for (let i = 0; i < 100; i++) {
  const character = [
    '\u202e',
    '\u2066',
    '\ud800',
    '\u200b',
    '\u0000',
    '\u001b',
    '\ufeff',
    '\u061c',
    '\udc00',
    '\u2028\u202d',
  ][i % 10] as string;
  hostileFragments['unicode']?.push(
    wrap(JSON.stringify(i % 2 ? { ...good, name: `a${character}b` } : { ...good, text: `conv k3${character} c${i}` })),
  );
}
