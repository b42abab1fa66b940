// Each block of the convolutional families by itself: its nodes, its state-dict names, and figures that the papers' tables give.
import { expect, test } from 'vitest';
import { blocks } from '../../../src/graph/blocks/index.ts';
import { factsOf, net, tensors } from './build.ts';

/** Tensors and nodes of the last line's block, below its module path. */
function block(lines: string, header = 'input 16x14x14\nfamily mobilenetv4') {
  const graph = net(`${header}\nconv k1 c16\n${lines}`);
  const inside = (text: string) => text.startsWith('blocks.0.0') && text.slice('blocks.0.0.'.length);
  const names = tensors(graph).flatMap((line) => inside(line) || []);
  return {
    graph,
    names: names.filter((line) => !/running_|\.bias/.test(line)),
    nodes: graph.nodes.flatMap(({ id, op }) =>
      id.startsWith('blocks.0.0') ? [`${inside(id) || ''} ${op}`.trim()] : [],
    ),
    parameters: graph.nodes
      .filter(({ id }) => id.startsWith('blocks.0.0'))
      .reduce((sum, { id }) => sum + factsOf(graph, id).parameterCount, 0),
  };
}

test('the registry is keyed by each block’s own word', () => {
  for (const [word, { word: own, doc, source }] of blocks)
    expect([word, doc.length > 20, source.length > 5]).toEqual([own, true, true]);
});

test('mbconv with squeeze-excite', () => {
  const { names, nodes } = block('mbconv k5 c16 e4 se0.25 act=relu', 'input 16x14x14\nfamily efficientnet');
  expect(names).toEqual([
    'conv_pw.weight 64,16,1,1',
    'bn1.weight 64',
    'conv_dw.weight 64,1,5,5',
    'bn2.weight 64',
    'se.conv_reduce.weight 4,64,1,1',
    'se.conv_expand.weight 64,4,1,1',
    'conv_pwl.weight 16,64,1,1',
    'bn3.weight 16',
  ]);
  expect(nodes).toEqual([
    'conv_pw conv2d',
    'bn1 batch_norm',
    'bn1.act relu',
    'conv_dw conv2d',
    'bn2 batch_norm',
    'bn2.act relu',
    'se.mean mean',
    'se.conv_reduce conv2d',
    'se.act1 relu',
    'se.conv_expand conv2d',
    'se.gate sigmoid',
    'se mul',
    'conv_pwl conv2d',
    'bn3 batch_norm',
    'add add',
  ]);
});

test('squeeze-excite by family and by line', () => {
  const squeezed = (family: string, line: string) => {
    const { graph } = block(line, `input 16x14x14\nfamily ${family}\nact hswish`);
    return [
      factsOf(graph, 'blocks.0.0.se.conv_reduce').shape.at(-1),
      ...['act1', 'gate'].map((part) => graph.nodes.find(({ id }) => id === `blocks.0.0.se.${part}`)?.op),
    ];
  };
  expect(squeezed('efficientnet', 'mbconv c16 e6 se0.25')).toEqual([4, 'hswish', 'sigmoid']);
  expect(squeezed('mobilenetv3', 'mbconv c16 e6 se0.25')).toEqual([24, 'relu', 'hsigmoid']);
  expect(squeezed('mobilenetv3', 'mbconv c16 e6 se0.1 seround1 seact=tanh gate=sigmoid')).toEqual([
    10,
    'tanh',
    'sigmoid',
  ]);
  expect(squeezed('mobiledet', 'mbconv c16 e6 se0.25')).toEqual([24, 'hswish', 'sigmoid']);
});

test('mbconv with MixConv and grouped pointwise: 120 channels with kernels 3, 5, 7, 9 have 4,920 depthwise weights', () => {
  const { graph, names } = block('mbconv k3.5.7.9 c16 e7.5 a2 p2');
  expect(names).toEqual([
    'conv_pw.0.weight 60,8,1,1',
    'conv_pw.1.weight 60,8,1,1',
    'bn1.weight 120',
    'conv_dw.0.weight 30,1,3,3',
    'conv_dw.1.weight 30,1,5,5',
    'conv_dw.2.weight 30,1,7,7',
    'conv_dw.3.weight 30,1,9,9',
    'bn2.weight 120',
    'conv_pwl.0.weight 8,60,1,1',
    'conv_pwl.1.weight 8,60,1,1',
    'bn3.weight 16',
  ]);
  expect(factsOf(graph, 'blocks.0.0.conv_dw').parameterCount).toBe(4920);
});

test('MixConv gives the remainder to its first group', () => {
  const { names } = block('mbconv k3.5.7 c16 e1');
  expect(names.filter((name) => name.startsWith('conv_dw'))).toEqual([
    'conv_dw.0.weight 6,1,3,3',
    'conv_dw.1.weight 5,1,5,5',
    'conv_dw.2.weight 5,1,7,7',
  ]);
});

test('ds and dsa', () => {
  expect(block('ds c16').nodes).toEqual([
    'conv_dw conv2d',
    'bn1 batch_norm',
    'bn1.act relu',
    'conv_pw conv2d',
    'bn2 batch_norm',
    'add add',
  ]);
  expect(block('dsa c16').nodes).toEqual([
    'conv_dw conv2d',
    'bn1 batch_norm',
    'bn1.act relu',
    'conv_pw conv2d',
    'bn2 batch_norm',
    'bn2.act relu',
  ]);
});

test('fused and tucker', () => {
  expect(block('fused c24 e4').names).toEqual([
    'conv_exp.weight 64,16,3,3',
    'bn1.weight 64',
    'conv_pwl.weight 24,64,1,1',
    'bn2.weight 24',
  ]);
  expect(block('tucker c24 i0.5 o0.75').names).toEqual([
    'conv_pw.weight 8,16,1,1',
    'bn1.weight 8',
    'conv.weight 24,8,3,3',
    'bn2.weight 24',
    'conv_pwl.weight 24,24,1,1',
    'bn3.weight 24',
  ]);
});

test.each([
  ['FFN', '', 74_688],
  ['ConvNext', 'a3', 75_744],
  ['IB', 'k3', 78_912],
  ['ExtraDW', 'a3 k3', 79_968],
])('uib as %s of 96 channels, e4', (_form, kernels, parameters) => {
  const graph = net(`input 96x14x14\nfamily mobilenetv4\nuib ${kernels} c96 e4`);
  const total = [...graph.facts.values()].reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  expect(total).toBe(parameters);
});

test('uib carries its stride on the middle depthwise, else the start, else the end', () => {
  const strided = (line: string) =>
    block(line)
      .graph.nodes.filter(({ attrs }) => String((attrs as { stride?: unknown }).stride) === '2,2')
      .map(({ id }) => id);
  expect(strided('uib a3 k5 s2 c24 e2')).toEqual(['blocks.0.0.dw_mid.conv']);
  expect(strided('uib a3 s2 c24 e2')).toEqual(['blocks.0.0.dw_start.conv']);
  expect(strided('uib p3 s2 c24 e2')).toEqual(['blocks.0.0.dw_end.conv']);
});

test.each([
  ['160 channels with keys at half resolution', 'mqa k3 h4 d64 v2 c160', 160, 106_400],
  ['256 channels', 'mqa k3 h4 d64 c256', 256, 164_608],
])('mobile attention of %s', (_what, line, channels, parameters) => {
  const graph = net(`input ${channels}x16x16\nfamily mobilenetv4\n${line} ls`);
  const total = [...graph.facts.values()].reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  expect(total).toBe(parameters);
});

test('mobile attention downsamples keys and values only', () => {
  const { graph, names } = block('mqa k3 h2 d8 v2 c16 ls');
  expect(names).toEqual([
    'norm.weight 16',
    'attn.query.proj.weight 16,16,1,1',
    'attn.key.down_conv.weight 16,1,3,3',
    'attn.key.norm.weight 16',
    'attn.key.proj.weight 8,16,1,1',
    'attn.value.down_conv.weight 16,1,3,3',
    'attn.value.norm.weight 16',
    'attn.value.proj.weight 8,16,1,1',
    'attn.output.proj.weight 16,16,1,1',
    'layer_scale.gamma 16',
  ]);
  expect(factsOf(graph, 'blocks.0.0.attn.key.proj').shape).toEqual([1, 7, 7, 8]);
  expect(factsOf(graph, 'blocks.0.0.attn').shape).toEqual([1, 14, 14, 16]);
});

test('multi-head attention splits one projection in three', () => {
  const { names, nodes } = block('mha h4 c16');
  expect(names).toEqual(['norm.weight 16', 'attn.qkv.weight 48,16,1,1', 'attn.proj.weight 16,16,1,1']);
  expect(nodes.filter((node) => node.endsWith('slice'))).toHaveLength(3);
});

test('coordinate attention: one gate per row and one per column', () => {
  const graph = net('input 16x14x10\nfamily efficientnet\nconv k1 c16\nmbconv c16 e6 ca4 se0.25');
  const gate = (part: string) => factsOf(graph, `blocks.0.0.ca.${part}`).shape;
  expect([gate('gate_h'), gate('gate_w'), gate('conv1')]).toEqual([
    [1, 14, 1, 96],
    [1, 1, 10, 96],
    [1, 24, 1, 24],
  ]);
  expect(graph.nodes.some(({ id }) => id.includes('.se'))).toBe(false);
});

test('EvoNorm takes the place of norm and activation, and is affine after a linear bottleneck', () => {
  const { graph, nodes } = block('mbconv c16 e2', 'input 16x14x14\nfamily efficientnet\nnorm evonorms0');
  expect(nodes).toEqual([
    'conv_pw conv2d',
    'bn1 evonorm_s0',
    'conv_dw conv2d',
    'bn2 evonorm_s0',
    'conv_pwl conv2d',
    'bn3 evonorm_s0',
    'add add',
  ]);
  const attrs = (id: string) => graph.nodes.find((node) => node.id === `blocks.0.0.${id}`)?.attrs;
  expect([attrs('bn1'), attrs('bn3')]).toMatchObject([{ groups: 32, apply: true }, { apply: false }]);
  const odd = net('input 3x14x14\nnorm evonorms0\nconv c88');
  expect(odd.nodes.find(({ id }) => id === 'bn1')?.attrs).toMatchObject({ groups: 22 });
});

test('anti-aliased stride: the convolution keeps the size, then the map is reduced', () => {
  const sizes = (aa: string) => {
    const { graph } = block(`uib a3 k5 s2 c24 e2 aa=${aa}`, 'input 16x15x15\nfamily mobilenetv4');
    return ['dw_mid.conv', 'dw_mid.aa', 'pw_proj.conv'].map((id) => factsOf(graph, `blocks.0.0.${id}`).shape[1]);
  };
  expect(sizes('avg')).toEqual([15, 7, 7]);
  expect(sizes('blur')).toEqual([15, 8, 8]);
});
