// F27: a link in which one character was changed opens nothing, or the very net that was sent; never another one.
import { deflateSync, strToU8 } from 'fflate';
import { expect, test } from 'vitest';
import { crc32 } from '../../../src/graph/link/checksum.ts';
import { decodeLink, encodeLink } from '../../../src/graph/link/link.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { good, recipe, result } from './hostile-fragments.ts';

const documents = [
  'mobilenetv2_100',
  'mobilenetv3_large_100',
  'mobilenetv4_hybrid_medium',
  'efficientnet_b0+classes=10',
]
  .map((name) => {
    const resolved = resolvePreset(name);
    if ('problem' in resolved) throw new Error(resolved.problem);
    return { name, text: resolved.text };
  })
  .concat([{ ...good, result, recipe } as { name: string; text: string }]);

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
const strange = ' \n?&#%=~–\u200b１';

test('the checksum is CRC-32 as everybody computes it', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
  expect(crc32('')).toBe(0);
});

test('of 20,000 single-character changes none opens another net', () => {
  let noticed = 0;
  let tried = 0;
  let seed = 1;
  const draw = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (const document of documents) {
    const link = encodeLink(document);
    for (let i = 0; i < 4000; i++) {
      const at = i < link.length ? i : draw(link.length);
      const from = i % 10 === 9 ? strange : letters;
      const other = from[draw(from.length)] as string;
      if (other === link[at]) continue;
      tried++;
      const decoded = decodeLink(link.slice(0, at) + other + link.slice(at + 1));
      if (decoded.ok) expect(decoded.document).toEqual(document);
      else noticed++;
    }
  }
  expect(tried).toBeGreaterThan(19_000);
  // What is not noticed was undone: an en dash for a hyphen, a full-width digit.
  expect(noticed / tried).toBeGreaterThan(0.99);
}, 60_000);

test('two swapped, one left out, one doubled: noticed', () => {
  const link = encodeLink(documents[0]!);
  for (let at = 0; at < link.length - 1; at++) {
    const changed = [
      link.slice(0, at) + link.slice(at + 1),
      link.slice(0, at) + link.charAt(at) + link.slice(at),
      link.slice(0, at) + link.charAt(at + 1) + link.charAt(at) + link.slice(at + 2),
    ];
    for (const text of changed) {
      const decoded = decodeLink(text);
      if (decoded.ok) expect(decoded.document).toEqual(documents[0]);
    }
  }
});

test('links of version 1 still open', () => {
  for (const document of documents) {
    const json = JSON.stringify(document);
    const link = `1.${Buffer.from(deflateSync(strToU8(json), { level: 9 })).toString('base64url')}`;
    expect(decodeLink(link)).toEqual({ ok: true, document });
  }
});
