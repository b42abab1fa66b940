// What mail, chat and word processors do to a link is undone: 400 drawn mixtures of what they are known to do, on links of both versions.
import { deflateSync, strToU8 } from 'fflate';
import { expect, test } from 'vitest';
import { decodeLink, encodeLink, holdsLink } from '../../../src/graph/link/link.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';

const page = 'https://bottleneck.example.org/app/';
const wrapAt = (text: string, width: number, newline: string): string =>
  text.replace(new RegExp(`.{${width}}`, 'g'), (line) => line + newline);
const percent = (text: string): string =>
  [...text].map((one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`).join('');
const entity = (text: string): string => [...text].map((one) => `&#${one.charCodeAt(0)};`).join('');
/** Lines of at most 76 characters, as RFC 2045 asks. */
const quotedPrintable = (text: string): string => wrapAt(text.replaceAll('=', '=3D'), 75, '=\r\n');

/** What happens to the whole address. */
const manglings: Readonly<Record<string, (link: string, n: number) => string>> = {
  'a sentence around it': (link, n) => `See ${link}${['.', ',', '!', '?', ';', ':', '…', ' .'][n % 8]}`,
  brackets: (link, n) =>
    ['<%>', '(%)', '[%]', '"%"', '“%”', '«%»', "'%'", '[my net](%)', '<a href="%">'][n % 9]!.replace('%', () => link),
  'a wrapped mail': (link, n) => wrapAt(link, 60 + (n % 20), ['\n', '\r\n', '\n  '][n % 3]!),
  'a quoted answer': (link, n) => `> ${wrapAt(link, 70 + (n % 7), ['\n> ', '\r\n>> '][n % 2]!)}`,
  'quoted-printable': quotedPrintable,
  'escaped hyphens': (link) => link.replaceAll('-', '%2D').replaceAll('_', '%5F'),
  'escaped twice': (link) => link.replaceAll('-', '%252D').replaceAll('#', '%2523'),
  'everything behind # escaped': (link) => link.replace(/#(.*)$/s, (_, rest: string) => `#${percent(rest)}`),
  'safe links of Outlook': (link) =>
    `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05%7C01%7Cx%7C2.x&sdata=abc%3D&reserved=0`,
  'a search engine in between': (link) => `https://www.google.com/url?q=${encodeURIComponent(link)}&sa=D&usg=AOv`,
  'a network in between': (link) => `https://l.facebook.com/l.php?u=${encodeURIComponent(link)}&h=AT0abc`,
  'an added query in front': (link, n) =>
    link.replace('#', `?${['utm_source=chat&utm_medium=2.social', 'fbclid=IwAR0x', 'gclid=a'][n % 3]}#`),
  'an added query behind': (link, n) =>
    link + ['?utm_source=mail', '&fbclid=IwAR0-x_y', '?si=abc&t=2', '&amp;gclid=1', ':~:text=net'][n % 5],
  'HTML entities': (link) => link.replaceAll('-', '&#45;').replaceAll('_', '&lowbar;').replace('#', '&num;'),
  'everything as entities': (link) => entity(link),
  'zero-width spaces': (link, n) =>
    link.replace(/.{20}/g, (part) => part + ['\u200b', '\u00ad', '\u2060', '\ufeff', '\u200d'][n % 5]),
  'escaped zero-width spaces': (link) => `${link}%E2%80%8B`,
  'typographic hyphens': (link, n) => link.replaceAll('-', ['\u2011', '\u2010', '\u2212', '–', '—'][n % 5]!),
  'double hyphens as a dash': (link) => link.replaceAll('--', '—'),
  'full-width letters': (link) =>
    link.replace(/#.*$/s, (part) => [...part].map((one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)).join('')),
  'Markdown escapes': (link) => link.replaceAll('_', '\\_').replaceAll('-', '\\-'),
  emphasis: (link, n) => ['*%*', '_%_', '**%**', '~~%~~', '`%`'][n % 5]!.replace('%', () => link),
  'Proofpoint, old': (link) =>
    `https://urldefense.proofpoint.com/v2/url?u=${encodeURIComponent(link).replaceAll('-', '%2D').replaceAll('_', '%5F').replaceAll('%2F', '_').replaceAll('%', '-')}&d=DwIF-g&c=x`,
  'Proofpoint, new': (link) => `https://urldefense.com/v3/__${link.replace('#', '*')}__;Iw!!AbC-dEf!x$`,
  'a message around it': (link) => `Hi,\nlook at this net (2.5 times faster):\n${link}\nBest,\nK.`,
  'blanks around it': (link) => `\u00a0 ${link}\t\n`,
};

const names = presets.map(({ name }) => name);
const documentOf = (n: number): { name: string; text: string } => {
  const name = names[(n * 7) % names.length] as string;
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return { name, text: resolved.text };
};
const first = ({ name, text }: { name: string; text: string }): string =>
  `1.${Buffer.from(deflateSync(strToU8(JSON.stringify({ name, text })), { level: 9 })).toString('base64url')}`;

test.each(Object.entries(manglings))('%s, on 14 links', (_, mangle) => {
  for (let n = 0; n < 14; n++) {
    const document = documentOf(n);
    const link = `${page}#${n % 7 === 6 ? first(document) : encodeLink(document)}`;
    const text = mangle(link, n);
    expect(holdsLink(text)).toBe(true);
    expect(decodeLink(text), text).toEqual({ ok: true, document });
    // What the browser hands over is only what stands behind the #.
    const behind = text.split('#')[1];
    if (behind !== undefined && /^\d\./.test(behind) && !/\s/.test(behind))
      expect(decodeLink(behind), behind).toEqual({ ok: true, document });
  }
});

test('two things one after another, 100 drawn pairs', () => {
  const outer = [
    'a sentence around it',
    'a wrapped mail',
    'quoted-printable',
    'a quoted answer',
    'blanks around it',
    'a message around it',
  ];
  const inner = [
    'escaped hyphens',
    'an added query behind',
    'safe links of Outlook',
    'HTML entities',
    'zero-width spaces',
    'typographic hyphens',
  ];
  for (let n = 0; n < 100; n++) {
    const document = documentOf(n);
    const once = manglings[inner[n % inner.length]!]!(`${page}#${encodeLink(document)}`, n);
    const text = manglings[outer[Math.floor(n / inner.length) % outer.length]!]!(once, n);
    expect(decodeLink(text), text).toEqual({ ok: true, document });
  }
});

test('prose and other addresses hold no link', () => {
  for (const text of ['conv k3 s2 c32', 'https://example.org/#top', 'version 2 of the net', 'a#b'])
    expect(holdsLink(text)).toBe(false);
});

test('a link that was cut off is said to be, alone or in an address', () => {
  const preset = resolvePreset('mobilenetv3_small_100');
  if ('problem' in preset) throw new Error(preset.problem);
  const link = encodeLink({ name: preset.name, text: preset.text });
  for (let gone = 1; gone < 60; gone++)
    for (const text of [link.slice(0, -gone), `${page}#${link.slice(0, -gone)}`, `<${page}#${link.slice(0, -gone)}>.`])
      expect(decodeLink(text), text).toMatchObject({ problem: expect.stringContaining('changed or cut off') });
});
