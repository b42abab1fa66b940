// Names of results: every misuse is a sentence at its place, with a fix where one is certain, and the fixed text is free of it.
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { applyFix } from './apply-fix.ts';

const net = (lines: string): string =>
  `family plain\ninput 3x32x32\ntask segment\n\nconv k3 s2 c8 as=a\nmbconv k3 c8 e2 mid=m as=b\n${lines}\n`;

/** Sentence, the text at its place, and what the fix writes there. */
const cases: readonly (readonly [lines: string, sentence: string, at: string, fixed?: string])[] = [
  ['sum from=a,bb', 'No line is named "bb". Did you mean "b"?', 'bb', 'sum from=a,b'],
  [
    'sum from=a,later\nconv c8 as=later',
    '"later" names the result of a line further down; a line reads what stands above it.',
    'later',
  ],
  ['conv c8 from=own as=own', '"own" names the result of this line itself; a line reads what stands above it.', 'own'],
  ['conv c8 as=a', '"a" names two results; a name stands for one.', 'a', 'conv c8 as=a2'],
  ['conv c8 as=m', '"m" names two results; a name stands for one.', 'm', 'conv c8 as=m2'],
  ['conv c8 as=input', '"input" is the net’s input and cannot name a result.', 'input', 'conv c8 as=input2'],
  [
    'conv c8 from=a,b',
    '"conv" reads one result, not 2; join them on a line "concat" or "sum" first.',
    ',b',
    'conv c8 from=a',
  ],
  ['concat from=a', '"concat" joins at least two results, as in "from=a,b".', 'from=a'],
  ['concat', '"concat" joins at least two results, as in "from=a,b".', 'concat'],
  ['conv c8 out=x,y', '"conv" gives one result, not 2.', 'out=x,y', 'conv c8 out=x'],
  [
    'ssd n2 from=a,b out=x',
    '"ssd" gives 2 results (boxes and scores), not 1.',
    'out=x',
    'ssd n2 from=a,b out=boxes,scores',
  ],
  ['ssd n2 from=a,b as=x', '"ssd" gives 2 results; "out" names them, "as" cannot.', 'as=x', 'ssd n2 from=a,b'],
  ['resize to=c', 'No line is named "c". Names above: input, a, m, b.', 'c'],
  ['part seg\npart seg\nconv c8', 'There are two parts "seg".', 'seg', 'part seg\npart seg2\nconv c8'],
  [
    'part blocks\nconv c8',
    '"blocks" is what the backbone’s own modules are called.',
    'blocks',
    'part blocks2\nconv c8',
  ],
  [
    'part Seg\nconv c8',
    'A name has small letters, digits and _ and begins with a letter; "Seg" is none.',
    'Seg',
    'part seg\nconv c8',
  ],
  ['part seg head\nconv c8', '"part" takes one name.', 'head', 'part seg\nconv c8'],
  ['part\nconv c8', '"part" needs its name, for example "head".', 'part', 'part head\nconv c8'],
  ['conv c8 as=P3', '"as" must be a name of small letters, digits and _, as in "as=p3".', 'as=P3', 'conv c8 as=p3'],
  [
    'sum from=a;b',
    '"from" must be one or several names of small letters, digits and _, as in "from=a,b".',
    'from=a;b',
    'sum from=a,b',
  ],
  // Ranks and sizes that do not join, at the line.
  [
    'pool\nlinear c4 as=v\nsum from=a,v',
    'sum: a sum cannot pair [1, 16, 16, 8] with [1, 4]; make both shapes equal, or 1 where they differ.',
    'sum from=a,v',
  ],
  [
    'conv k3 s2 c8 as=small\nconcat from=a,small',
    'concat: a concat along axis 3 cannot join [1, 16, 16, 8] and [1, 8, 8, 8]; make the other sizes equal.',
    'concat from=a,small',
  ],
  [
    'pool\nlinear c4 as=v\nresize to=v from=a',
    'resize: "v" is no map and has no height and width; name a map.',
    'resize to=v from=a',
  ],
  ['rows m3', 'rows: what it reads is 16 wide, not 3; write m16.', 'rows m3'],
  [
    'logmel n8 hop4 m4',
    'logmel: the wave’s rate is unknown; add a header line, for example "rate 16000".',
    'logmel n8 hop4 m4',
  ],
  ['blaze c4', 'blaze: it cannot narrow 8 channels to 4: its skip only adds zeros; use c8.', 'blaze c4'],
];

describe.each(cases.map(([lines, sentence, at, fixed]) => ({ lines, sentence, at, fixed })))('$lines', (one) => {
  const { lines, sentence, at, fixed } = one;
  const text = net(lines);
  const found = check(text).problems.filter(({ severity }) => severity === 'error');

  test('is said at its place', () => {
    expect(found.map(({ message, range }) => [message, text.slice(range.from, range.to)])).toContainEqual([
      sentence,
      at,
    ]);
  });

  test('its fix gives a net without it', () => {
    const problem = found.find(({ message }) => message === sentence);
    if (fixed === undefined) return;
    expect(problem?.fix && applyFix(text, problem.fix)).toBe(net(fixed));
    expect(check(net(fixed)).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

test('a net with branches has named outputs, taps and part names', () => {
  const { graph, problems } = check(
    net('part seg\nconv x2 k1 c4 as=c\nresize to=input out=mask\nssd k1 n3 from=m,c out=boxes,scores'),
  );
  expect(problems).toEqual([]);
  expect(graph?.outputNames).toEqual(['mask', 'boxes', 'scores']);
  expect([...(graph?.named ?? [])].map(([name]) => name)).toEqual(['a', 'm', 'b', 'c', 'mask', 'boxes', 'scores']);
  expect(graph?.named?.get('m')).toBe('blocks.0.0.bn1.act');
  expect(
    graph?.nodes
      .filter(({ op }) => op === 'conv2d')
      .slice(-6)
      .map(({ id }) => id),
  ).toEqual([
    'seg.0.conv',
    'seg.1.conv',
    'seg.3.box.0.conv_pw',
    'seg.3.box.1.conv_pw',
    'seg.3.cls.0.conv_pw',
    'seg.3.cls.1.conv_pw',
  ]);
});
