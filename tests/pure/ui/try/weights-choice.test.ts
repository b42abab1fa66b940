// Which weights belong to a document: the embedded ones to their net at any size, published ones to the unchanged preset.
import { describe, expect, test } from 'vitest';
import { parse } from '../../../../src/graph/notation/parse.ts';
import { resolvePreset } from '../../../../src/graph/presets/resolve.ts';
import { shippedModelOf } from '../../../../src/graph/presets/shipped.ts';
import { embeddedText, isDefaultNet, obviousChoice, publishedFor } from '../../../../src/ui/weights/choice.ts';

const architecture = (name: string) => {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved.architecture;
};

describe('the embedded weights', () => {
  test.each([
    ['tf_efficientnet_lite0', 'tf_efficientnet_lite0'],
    ['tf_efficientnet_lite0@192', 'tf_efficientnet_lite0'],
    // The same tensors, but other padding and epsilon: the answers would be wrong.
    ['efficientnet_lite0', undefined],
    ['tf_efficientnet_lite0+width=0.5', undefined],
    ['tf_efficientnet_lite1', undefined],
    ['mobilenetv2_100', 'mobilenetv2_torchvision'],
    ['deeplabv3_mobilenetv2_same@257', 'deeplabv3_mobilenetv2_os8'],
    // Symmetric padding.
    ['deeplabv3_mobilenetv2', undefined],
    ['yamnet', 'yamnet'],
  ])('of %s: %s', (name, model) => expect(shippedModelOf(architecture(name))).toBe(model));

  test('the net that is opened for them is theirs', () => {
    expect(isDefaultNet(parse(embeddedText()).architecture)).toBe(true);
  });

  test('are not chosen unasked where others are published too', () => {
    const net = architecture('mobilenetv2_100');
    expect(obviousChoice(net, publishedFor('mobilenetv2_100', net), [])).toBeUndefined();
  });
});

describe('published weights', () => {
  test('of an unchanged preset, with its own preparation', () => {
    expect(publishedFor('mobilenetv4_conv_small', architecture('mobilenetv4_conv_small'))).toMatchObject({
      hubId: expect.stringMatching(/^timm\/mobilenetv4_conv_small\./) as string,
    });
    expect(publishedFor('tf_efficientnet_lite0', architecture('tf_efficientnet_lite0'))?.preprocessing).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      crop: 0.875,
    });
  });
  test('of a preset at another size, but not where parameters have a place each', () => {
    expect(publishedFor('mobilenetv2_100', architecture('mobilenetv2_100@192'))?.hubId).toContain('mobilenetv2_100');
    expect(publishedFor('efficientformer_l1', architecture('efficientformer_l1'))?.hubId).toBeDefined();
    expect(publishedFor('efficientformer_l1', architecture('efficientformer_l1@256'))).toBeUndefined();
  });
  test('not of an edited net that kept the name, nor of one that nobody published', () => {
    expect(publishedFor('mobilenetv2_100', architecture('mobilenetv2_050'))).toBeUndefined();
    expect(
      publishedFor('tf_efficientnet_lite0+width=0.5', architecture('tf_efficientnet_lite0+width=0.5')),
    ).toBeUndefined();
    expect(publishedFor('my net', architecture('mobilenetv2_100'))).toBeUndefined();
  });
});
