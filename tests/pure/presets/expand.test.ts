// From lines to stages: places of `conv`, widths, depths, strides, checkpoints, and the problems of lines that do not fit.
import { expect, test } from 'vitest';
import { factsOf, fromText, net } from './build.ts';

const channels = (text: string, ids: readonly string[]) => {
  const graph = net(text);
  return ids.map((id) => factsOf(graph, id).shape.at(-1));
};
const messages = (text: string) => fromText(text).problems.map(({ message }) => message);

test('conv is the stem, a stage or the head by where it stands', () => {
  const lines = 'conv s2 c16\nconv c24\n+ conv c32\nconv k1 c64\npool\nlinear c5';
  const convolutions = (family: string) =>
    net(`family ${family}\n${lines}`)
      .nodes.filter(({ op }) => op === 'conv2d')
      .map(({ id }) => id);
  expect(convolutions('efficientnet')).toEqual(['conv_stem', 'blocks.0.0.conv', 'blocks.0.1.conv', 'conv_head']);
  expect(convolutions('mobilenetv4')).toEqual(['conv_stem', 'blocks.0.0.conv', 'blocks.0.1.conv', 'blocks.1.0.conv']);
  const after = net('family mobilenetv4\nconv s2 c16\npool\nconv k1 c64\nconv k1 c32\nlinear c9\nlinear c5');
  expect(after.nodes.map(({ id }) => id).filter((id) => /head|class/.test(id))).toEqual([
    'conv_head',
    'norm_head',
    'norm_head.act',
    'conv_head_1',
    'norm_head_1',
    'norm_head_1.act',
    'classifier',
    'classifier_1',
  ]);
  expect(factsOf(after, 'classifier_1').shape).toEqual([1, 5]);
});

test('stages end where the next one begins, and know their last node', () => {
  const { stages } = net('conv s2 c16\nmbconv x2 c16 e2\n+ ds c16\nmbconv s2 c24 e2\npool\nlinear c5');
  expect(stages).toEqual([
    { name: 'blocks.0', node: 'blocks.0.2.add' },
    { name: 'blocks.1', node: 'blocks.1.0.bn3' },
  ]);
});

test('nodes know their line and their repeat', () => {
  const graph = net('conv s2 c16\n\nmbconv x2 c16 e2\npool');
  const origin = (id: string) =>
    graph.nodes.filter((node) => node.id === id).map(({ block, repeat }) => [block, repeat]);
  expect([origin('input'), origin('conv_stem'), origin('blocks.0.1.conv_dw')]).toEqual([[[-1, 0]], [[0, 0]], [[1, 1]]]);
});

test('stride and residual: the first repeat strides, the others skip', () => {
  const graph = net('input 3x64x64\nconv s2 c16\nmbconv x3 s2 c24 e2\nmbconv x2 c24 e2 noskip');
  expect(graph.nodes.filter(({ op }) => op === 'add').map(({ id }) => id)).toEqual([
    'blocks.0.1.add',
    'blocks.0.2.add',
  ]);
  expect(factsOf(graph, 'blocks.0.2.add').shape).toEqual([1, 16, 16, 24]);
});

test('width: multiplied and rounded, unless the line is fixed', () => {
  const text = (width: number) =>
    `width ${width}\nconv c16 fixbelow0.75\nmbconv c24 e6\nconv k1 c960 fixwidth\npool\nlinear c10`;
  const ids = ['conv_stem', 'blocks.0.0.conv_pw', 'blocks.0.0.conv_pwl', 'conv_head', 'classifier'];
  expect(channels(text(1), ids)).toEqual([16, 96, 24, 960, 10]);
  expect(channels(text(0.5), ids)).toEqual([16, 96, 16, 960, 10]);
  expect(channels(text(0.75), ids)).toEqual([16, 96, 24, 960, 10]);
  expect(channels(text(1.4), ids)).toEqual([24, 144, 32, 960, 10]);
  // As written where nothing scales, whatever the rounding rule.
  expect(channels('conv c30', ['conv_stem'])).toEqual([30]);
});

test('depth: per stage, except fixed lines', () => {
  const repeats = (line: string) => {
    const graph = net(`depth 1.5\nconv s2 c16\n${line}`);
    return graph.nodes.filter(({ id }) => id.endsWith('conv_dw')).map(({ block }) => block);
  };
  expect(repeats('mbconv x2 c16 e2\n+ mbconv x2 c16 e2')).toEqual([1, 1, 1, 2, 2, 2]);
  expect(repeats('mbconv x2 c16 e2\n+ mbconv c16 e2')).toEqual([1, 1, 1, 2, 2]);
  expect(repeats('mbconv x2 c16 e2 fixdepth\n+ mbconv c16 e2')).toEqual([1, 1, 2, 2]);
  expect(repeats('mbconv x3 c16 e2 rounddepth')).toEqual([1, 1, 1, 1]);
});

test.each([
  [
    'conv c16\nuib s2 c32 e2',
    'uib: no depthwise convolution to carry the stride 2; add a start or middle depthwise such as a3 or k3.',
  ],
  ['conv c16\nlinear c10', 'linear: `linear` needs a vector, not a 224×224 map; add a line `pool` above it.'],
  ['conv c16\npool\nlinear c9\npool', 'pool: `pool` needs a feature map; remove the second `pool`.'],
  [
    'conv c16 g5',
    'conv: 3 → 16 channels cannot be split into 5 groups; make both channel counts divisible by the groups.',
  ],
  [
    'conv c16\nmha c16 h3',
    'mha: 16 channels cannot be split into 3 heads; choose a number of heads that divides the channels.',
  ],
  [
    'conv c8000\nmbconv c8000 e2',
    'mbconv: 16,000 channels are more than the 8,192 allowed; use a smaller width, expansion or channel count.',
  ],
  [
    'conv c8000\nconv k5 c8000',
    'conv: the net has more than 500,000,000 parameters from here on; use a smaller width, expansion or channel count.',
  ],
])('%j is a problem with the line that does not fit', (text, message) => {
  const { graph, problems } = fromText(text);
  const problem = problems.find((candidate) => candidate.message === message);
  expect(problems.map((candidate) => candidate.message)).toContain(message);
  expect(graph).toBeUndefined();
  expect(text.slice(problem?.range.from, problem?.range.to)).toBe(text.split('\n').at(-1));
});

test('a skip that never applies is pointed out, and may be removed', () => {
  const text = 'conv c16\nconv c32 skip\npool\nlinear c10';
  const { graph, problems } = fromText(text);
  expect(graph).toBeDefined();
  expect(problems).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('nothing to skip'), range: { from: 18, to: 22 } },
  ]);
  expect(messages('conv c16\nconv c16 skip\npool\nlinear c10')).toEqual([]);
});

test('expect: the count is checked, and the fix writes the right one', () => {
  const text = 'expect 10 params\nconv c8\npool\nlinear c10';
  const { graph, problems } = fromText(text);
  expect(graph).toBeDefined();
  expect(problems).toMatchObject([
    { severity: 'error', message: 'The net has 322 parameters, not the 10 expected.', range: { from: 0, to: 16 } },
  ]);
  const fix = problems[0]?.fix;
  const fixed = text.slice(0, fix?.range.from) + (fix?.insert ?? '') + text.slice(fix?.range.to);
  expect(fromText(fixed).problems).toEqual([]);
});
