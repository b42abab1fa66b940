// The models that ship: each is the file that its description says, fits every net that is told to have it, and has its licence and labels beside it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { shippedModelOf } from '../../../src/graph/presets/shipped.ts';
import { parseEmbeddedModel, shippedModels, shippedPreparation } from '../../../src/graph/weights/embedded.ts';
import { loadWeights } from '../../../src/graph/weights/weights.ts';

const folder = 'public/models';

describe.each(Object.entries(shippedModels))('%s has %s', (net, name) => {
  const model = parseEmbeddedModel(readFileSync(`${folder}/${name}.json`, 'utf8'));
  const bytes = readFileSync(`${folder}/${model.file}`);
  const resolved = resolvePreset(net);
  if ('problem' in resolved) throw new Error(resolved.problem);
  const { architecture } = resolved;

  test('which is the file that its description says, with licence and labels', () => {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(model.sha256);
    expect(bytes.length).toBe(model.bytes);
    expect(readFileSync(`${folder}/${model.licenceFile}`, 'utf8').length).toBeGreaterThan(500);
    if (model.labels !== undefined) expect(existsSync(`${folder}/${model.labels}`)).toBe(true);
  });

  test('whose tensors fit, are finite, and are prepared for as its description says', () => {
    const { graph } = expand(architecture, net);
    const loaded = loadWeights(graph!, readSafetensors(bytes).tensors);
    if (!('params' in loaded)) throw new Error(`${model.file} does not fit ${net}`);
    const { params } = loaded;
    expect([...params].filter(([, values]) => !values.every(Number.isFinite)).map(([tensor]) => tensor)).toEqual([]);
    expect(shippedModelOf(architecture)).toBe(name);
    const { size: _, ...described } = model.preprocessing ?? { size: 0 };
    expect(shippedPreparation(params)?.preprocessing ?? {}).toEqual(described);
  });
});

test('no model lies there unused', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  expect(files.sort()).toEqual([...new Set(Object.values(shippedModels))].map((name) => `${name}.safetensors`).sort());
});
