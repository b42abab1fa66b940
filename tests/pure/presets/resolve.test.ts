// What a name may say: presets, tags, widths by the family's rule, resolutions, knobs, and what is said when it means nothing.
import { expect, test } from 'vitest';
import { presetNames, presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { built, factsOf, resolved } from './build.ts';

const header = (name: string) => resolved(name).architecture.header;
const problem = (name: string) => {
  const result = resolvePreset(name);
  return 'problem' in result ? result.problem : '';
};

test('names, aliases and hub ids are distinct', () => {
  expect(new Set(presetNames).size).toBe(presetNames.length);
  const hubIds = presets.flatMap(({ checkpoints }) => checkpoints.flatMap(({ hubId }) => hubId ?? []));
  expect(new Set(hubIds).size).toBe(hubIds.length);
  expect(hubIds.filter((id) => !/^timm\/[a-z0-9_]+\.[a-z0-9_]+$/.test(id))).toEqual([]);
});

test('every preset knows its paper, and weights come with what they need', () => {
  for (const { name, paper, family, checkpoints } of presets) {
    expect([name, paper, family]).toEqual([
      name,
      expect.stringMatching(/arXiv \d{4}\.\d{5}|README/),
      expect.stringMatching(/./),
    ]);
    for (const { hubId, preprocessing } of checkpoints) if (hubId) expect(preprocessing?.crop).toBeGreaterThan(0.5);
  }
});

test('a tag picks the checkpoint and its resolution', () => {
  const small = resolved('mobilenetv4_conv_small.e3600_r256_in1k');
  expect(small.checkpoint?.preprocessing?.mean).toEqual([0.5, 0.5, 0.5]);
  expect(small.architecture.header.input).toEqual([3, 256, 256]);
  expect(resolved('mobilenetv4_conv_small').architecture.header.input).toEqual([3, 224, 224]);
  // The blurred net's only checkpoint is at 224 px, below the 256 px of the text it shares.
  expect(header('mobilenetv4_conv_blur_medium.e500_r224_in1k').input).toEqual([3, 224, 224]);
  expect(header('mobilenetv4_conv_medium.e500_r256_in1k').input).toEqual([3, 256, 256]);
  expect(problem('mobilenetv4_conv_small.e9')).toContain('No net is called');
});

test('a width without a line of its own follows the family, and claims no count', () => {
  const net = resolved('mobilenetv2_060');
  expect(net.architecture.header).toMatchObject({ width: 0.6, act: 'relu6' });
  expect(net.architecture.header.expectParams).toBeUndefined();
  expect(net.preset).toBeUndefined();
  expect(header('mobilenetv1_150h').width).toBe(1.5);
  expect(header('fd_mobilenet_0.75x').width).toBe(0.75);
  expect(header('tf_mnasnet_060')).toMatchObject({ width: 0.6, padding: 'same', eps: 1e-3 });
  expect(problem('mobilenetv2_000')).toContain('No net is called');
  expect(problem('mobilenetv2_1000')).toContain('No net is called');
});

test('aliases stand for the nets of the paper', () => {
  expect(resolved('mnasnet_a1').preset?.name).toBe('semnasnet_100');
  expect(resolved('mnasnet_b1').preset?.name).toBe('mnasnet_100');
});

test('@ sets the resolution and keeps weights and count', () => {
  const square = resolved('mobilenetv2_100@97');
  expect(square.architecture.header.input).toEqual([3, 97, 97]);
  expect(square.exact).toBe(true);
  expect(square.architecture.header.expectParams).toBe(3504872);
  expect(header('mobilenetv2_100@96x160').input).toEqual([3, 96, 160]);
  expect(resolved('mobilenetv1_100@128').preset?.top1Paper).toBe(65.2);
});

test('+ turns knobs, in any order with @', () => {
  const net = resolved('tf_efficientnet_b0+evonorms0@64');
  // TensorFlow's epsilon belongs to its batch norms: EvoNorm has its own.
  expect(net.architecture.header).toMatchObject({ norm: 'evonorms0', padding: 'same', input: [3, 64, 64] });
  expect(net.architecture.header.eps).toBeUndefined();
  expect(net.exact).toBe(false);
  expect(resolved('efficientnet_b0@64+evonorms0').architecture.header.norm).toBe('evonorms0');
  expect(resolved('mobilenetv2_100+width=0.5+classes=10').text).toContain('linear     c10\n');
  expect(resolved('mobilenetv2_100+act=gelu+eps=0.01').architecture.header).toMatchObject({
    act: 'gelu',
    eps: 0.01,
    expectParams: 3504872,
  });
  const blurred = built('mobilenetv2_100+aa=blur@64');
  expect(blurred.nodes.filter(({ op }) => op === 'blur_pool').map(({ id }) => id)).toEqual([
    'blocks.1.0.aa',
    'blocks.2.0.aa',
    'blocks.3.0.aa',
    'blocks.5.0.aa',
  ]);
});

test("the table's own spelling of knobs", () => {
  expect(resolved('mobilenetv3_large_100_ca (classes=1000; reduction=32)').preset?.name).toBe(
    'mobilenetv3_large_100_ca',
  );
  const small = resolved('mobilenetv3_small_100_ca (classes=38; reduction=16)');
  expect(small.preset?.name).toBe('mobilenetv3_small_100_ca+classes=38+reduction=16');
  expect(small.architecture.header.expectParams).toBe(1271241);
  expect(factsOf(built('mobilenetv3_small_100_ca+classes=5'), 'classifier').shape).toEqual([1, 5]);
});

test('the text says what it is and carries no metadata', () => {
  const { text } = resolved('mobilenetv2_140');
  expect(text.split('\n').slice(0, 6)).toEqual([
    '# mobilenetv2_140',
    '# MobileNetV2, arXiv 1801.04381',
    'family efficientnet',
    'input 3x224x224',
    'act relu6',
    'width 1.4',
  ]);
  expect(text).not.toContain('#:');
});

test.each([
  ['mobilenetv2_10', 'No net is called "mobilenetv2_10"; did you mean "mobilenetv2_100"?'],
  ['MobileNetV4_conv_smal', 'No net is called "MobileNetV4_conv_smal"; did you mean "mobilenetv4_conv_small"?'],
  ['mobilnetv2', 'No net is called "mobilnetv2"; did you mean "mobilenetv2_100"?'],
  ['lite0', 'No net is called "lite0"; did you mean "efficientnet_lite0"?'],
  ['alexnet', 'No net is called "alexnet"; the list of presets has all names.'],
  ['', 'No net is called ""; the list of presets has all names.'],
  ['constructor', 'No net is called "constructor"; the list of presets has all names.'],
  ['mobilenetv2_100+', '"mobilenetv2_100+": "+" is no knob; write @SIZE, +evonormb0, +evonorms0 or +width=0.5.'],
  [
    'mobilenetv2_100+fast',
    '"mobilenetv2_100+fast": "+fast" is no knob; write @SIZE, +evonormb0, +evonorms0 or +width=0.5.',
  ],
  ['mobilenetv2_100@0', '"mobilenetv2_100@0": the knob "input" cannot be "0".'],
  ['mobilenetv2_100@4096', '"mobilenetv2_100@4096": the knob "input" cannot be "4096".'],
  ['mobilenetv2_100@64@96', '"mobilenetv2_100@64@96": "input" is set twice.'],
  ['mobilenetv2_100+width=-1', '"mobilenetv2_100+width=-1": the knob "width" cannot be "-1".'],
  [
    'mobilenetv2_100+__proto__=1',
    '"mobilenetv2_100+__proto__=1": there is no knob "__proto__"; known: width, depth, input, act, norm, eps, pad, aa, classes, reduction.',
  ],
])('%s: a clear refusal', (name, message) => {
  expect(problem(name)).toBe(message);
});

test.each([
  ['torchvision.models.mobilenet_v2', 'mobilenetv2_100'],
  ["torchvision.models.mobilenet_v2(weights='DEFAULT')", 'mobilenetv2_100'],
  ['torchvision.models.mobilenet_v2(pretrained=True)', 'mobilenetv2_100'],
  ['models.mobilenet_v3_small', 'mobilenetv3_small_100'],
  ['timm.create_model("mobilenetv2_100", pretrained=True)', 'mobilenetv2_100'],
  ["create_model('hf-hub:timm/mobilenetv2_100.ra_in1k')", 'mobilenetv2_100.ra_in1k'],
  ['tf.keras.applications.mobilenet_v3.MobileNetV3Small', 'mobilenetv3_small_100'],
  ['“mobilenetv1_100@128”', 'mobilenetv1_100@128'],
])('%s, as Python has it', (written, name) => {
  expect(resolved(written).name).toBe(name);
});
