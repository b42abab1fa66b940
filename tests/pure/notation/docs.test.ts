// The documentation cannot fall behind: the block reference is printed from the registry, and the notation page is checked against the parser.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Argument } from '../../../src/graph/blocks/block.ts';
import { blocks } from '../../../src/graph/blocks/index.ts';
import { universalArguments } from '../../../src/graph/blocks/universal.ts';
import { families } from '../../../src/graph/blocks/naming.ts';
import { printArgument } from '../../../src/graph/notation/argument-text.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { knobs } from '../../../src/graph/notation/header.ts';
import { limits, withCommas } from '../../../src/graph/limits.ts';

const docs = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));
const page = readFileSync(docs('notation.md'), 'utf8');

const row = ({ key, kind, label, doc, default: fallback, required, min, max, words }: Argument) => {
  // A block's bare name stands without its key.
  const written = {
    int: `${key}N`,
    number: `${key}X`,
    ints: `${key}N, ${key}N.N…`,
    word: words ? `${key}=WORD` : `${key}=NAME`,
    names: `${key}=NAME,NAME…`,
    flag: key,
  }[kind];
  const range = words
    ? words.join(' ')
    : ['flag', 'word', 'names'].includes(kind)
      ? ''
      : `${min ?? 0} – ${withCommas(max ?? limits.argument)}`;
  const absent = required ? 'required' : fallback === undefined ? '' : `\`${printArgument(key, fallback)}\``;
  return `| \`${written}\` | ${label} | ${range} | ${absent} | ${doc} |`;
};

const table = (args: readonly Argument[]) => [
  '| written | is | range or words | default | meaning |',
  '| --- | --- | --- | --- | --- |',
  ...args.map(row),
  '',
];

test('the block reference is what the registry says', async () => {
  const lines = [
    '# The blocks',
    '',
    'Printed from the block registry (`src/graph/blocks`) by `tests/pure/notation/docs.test.ts`: run it with `-u` after a change.',
    '',
    '## Every line',
    '',
    ...table(universalArguments),
    ...[...blocks.values()].flatMap(({ word, doc, source, args }) => [
      `## \`${word}\``,
      '',
      doc,
      '',
      `Source: ${source}.`,
      '',
      ...(args.length > 0 ? table(args) : []),
    ]),
    '## Families',
    '',
    ...[...families.values()].map(({ name, doc }) => `- \`${name}\`: ${doc}`),
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(docs('blocks.md'));
});

test('the page names every header line and every cap', () => {
  for (const { form } of knobs) expect(page).toContain(`\`${form}\``);
  for (const cap of [
    limits.blocks,
    limits.channels,
    limits.kernel,
    limits.side,
    limits.parameters,
    limits.textBytes,
    limits.lineTokens,
    limits.multiplier,
  ]) {
    expect(page).toContain(withCommas(cap));
  }
});

test('every example of the page is free of problems', () => {
  const examples = [...page.matchAll(/```arch\n([^`]*)```/g)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(0);
  for (const text of examples) expect(check(text).problems).toEqual([]);
});
