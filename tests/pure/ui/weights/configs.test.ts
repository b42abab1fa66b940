// The descriptions beside weights: those that say something are read, the last word by name; a description by itself opens no view.
import { describe, expect, it } from 'vitest';
import { readFile } from '../../../../src/ui/frame/intake.ts';
import { configTexts, isConfig, saysPreparation } from '../../../../src/ui/weights/configs.ts';

const timm = JSON.stringify({ architecture: 'x', pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } });
const transformers = JSON.stringify({ image_mean: [0, 0, 0], image_std: [1, 1, 1] });
const file = (name: string, text: string): File => new File([text], name);

describe('what lies beside weights', () => {
  it('counts where it says how pictures are prepared or what classes are called', () => {
    expect(saysPreparation(timm)).toBe(true);
    expect(saysPreparation(transformers)).toBe(true);
    expect(saysPreparation('{"id2label": {"0": "cat", "1": "dog"}}')).toBe(true);
    for (const text of ['', '[]', '{}', '{"mean": "white"}', 'input 3x32x32', '{"a": 1'])
      expect(saysPreparation(text), text).toBe(false);
  });

  it('is read by name, so that preprocessor_config.json has the last word', async () => {
    const files = [file('preprocessor_config.json', transformers), file('config.json', timm), file('notes.json', '{}')];
    expect(files.every(isConfig)).toBe(true);
    expect(isConfig(file('model.safetensors', ''))).toBe(false);
    expect(await configTexts(files)).toEqual([timm, transformers]);
  });

  it('is told from other JSON by its content', async () => {
    const read = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      return readFile({ name: 'config.json', size: bytes.length }, bytes.subarray(0, 8192), () =>
        Promise.resolve(bytes),
      );
    };
    expect(await read(timm)).toEqual({ kind: 'beside' });
    expect(await read(transformers)).toEqual({ kind: 'beside' });
    expect(await read('{"architecture": "x", "num_classes": 3}')).toMatchObject({ kind: 'refused' });
  });
});
