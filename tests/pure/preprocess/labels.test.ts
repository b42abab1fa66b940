// Probabilities sum to one and keep their order; labels are claimed only where the checkpoint says what it was trained on.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  imagenetClasses,
  parseLabels,
  probabilities,
  saysImagenet,
  shortLabel,
  topAnswers,
} from '../../../src/graph/tasks/classify/labels.ts';

const labels = parseLabels(readFileSync('public/models/imagenet-1k-labels.txt', 'utf8'), imagenetClasses);

test('the labels of ImageNet-1k stand in the usual order', () => {
  expect(labels).toHaveLength(1000);
  expect(labels.map(shortLabel)).toMatchObject({
    0: 'tench',
    88: 'macaw',
    281: 'tabby',
    285: 'Egyptian cat',
    652: 'military uniform',
    967: 'espresso',
    999: 'toilet tissue',
  });
});

test('a list of another length is refused', () => {
  expect(() => parseLabels('a\nb\n', 3)).toThrow('the list has 2 labels, the net has 3 classes');
});

test('softmax sums to one, also for large logits', () => {
  const values = probabilities([1000, 999, -1000, 998]);
  expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 15);
  expect((values[0] as number) / (values[1] as number)).toBeCloseTo(Math.E, 12);
  expect(values[2]).toBe(0);
});

test('the most probable come first, equal ones by index', () => {
  expect(topAnswers([0, 2, 1, 2], 3).map(({ index }) => index)).toEqual([1, 3, 2]);
  expect(topAnswers([5, 1], 5)).toHaveLength(2);
});

test('a NaN among the logits shows in every probability', () => {
  expect([...probabilities([1, NaN])]).toEqual([NaN, NaN]);
});

test.each([
  ['mobilenetv2_100.ra_in1k', true],
  ['timm/mobilenetv4_conv_medium.e500_r256_in1k', true],
  ['tf_efficientnet_b0.in1k', true],
  ['vit.augreg_in21k', false],
  ['resnet.fb_in22k_ft_in1k', true],
  ['my-1000-classes.safetensors', false],
  ['main1k', false],
  ['ImageNet-1k', true],
])('%s says ImageNet-1k: %s', (name, says) => expect(saysImagenet([name])).toBe(says));
