// The `#:` lines of a preset file: what they give, and that a mistake in one stops the program with its place.
import { expect, test } from 'vitest';
import { readMetadata } from '../../../src/graph/presets/metadata.ts';

const file = (...lines: string[]) =>
  ['# A net', '#: family F', '#: paper P, arXiv 1234.56789', ...lines.map((line) => `#: ${line}`), 'conv c8'].join(
    '\n',
  );

test('a second line of a name adds a checkpoint', () => {
  const { variants, claims } = readMetadata(
    file(
      'claim small and fast',
      'variant a width=0.5 params=10 top1Paper=70.5 basis=read',
      'variant a input=256 weights=timm/a.x mean=0,0,0 std=1,1,1 crop=0.9 interpolation=bilinear top1Timm=71',
    ),
  );
  expect(claims).toEqual(['small and fast']);
  expect(variants).toEqual([
    {
      name: 'a',
      knobs: { width: 0.5 },
      family: 'F',
      paper: 'P, arXiv 1234.56789',
      top1Paper: 70.5,
      top1Basis: 'read',
      parameters: 10,
      checkpoints: [
        { top1Paper: 70.5 },
        {
          hubId: 'timm/a.x',
          input: [256, 256],
          preprocessing: { mean: [0, 0, 0], std: [1, 1, 1], crop: 0.9, interpolation: 'bilinear' },
          top1Paper: 70.5,
          top1Timm: 71,
        },
      ],
    },
  ]);
});

test('a variant may belong to another family and paper', () => {
  const [variant] = readMetadata(file('variant a norm=evonormb0 family=EvoNorm paper=2004.02967')).variants;
  expect(variant).toMatchObject({ family: 'EvoNorm', paper: 'arXiv 2004.02967', knobs: { norm: 'evonormb0' } });
});

test.each([
  ['varient a', '"varient" is not a kind of metadata'],
  ['variant a wide', '"wide" is not key=value'],
  ['variant a width=wide', 'the knob "width" cannot be "wide"'],
  ['variant a speed=9', 'speed: '],
  ['variant a mean=0,0', 'mean'],
  ['alias a', 'an alias needs the name that it stands for'],
])('%s', (line, message) => {
  expect(() => readMetadata(file(line))).toThrow(message);
  expect(() => readMetadata(file(line))).toThrow(`preset metadata "#: ${line}" (# A net)`);
});

test('only the first line of a name turns knobs', () => {
  expect(() => readMetadata(file('variant a', 'variant a width=2'))).toThrow(
    'only the first line of a name turns knobs',
  );
});
