// What is dropped or pasted: nets in every accepted form open, anything else gets a sentence that names what does.
import { describe, expect, it } from 'vitest';
import { encodeLink } from '../../../src/graph/link/link.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { readText, refuseFile } from '../../../src/ui/frame/intake.ts';
import { timmText } from '../../../src/ui/dialogs/share/timm-text.ts';

const net = 'input 3x64x64\n\nconv k3 s2 c16\npool\nlinear c10\n';
const frame = parse(
  'input 3x224x224\n\nconv k3 s2 c32\nmbconv k3 c16 e1\nconv k1 c1280\npool\nlinear c1000\n',
).architecture;
const read = (text: string, file?: string) => readText(text, frame, file);

describe('nets', () => {
  it('open as text, named by their title, their file, or neither', () => {
    expect(read(`# MobileNetV2, arXiv 1801.04381\n${net}`)).toMatchObject({ kind: 'document', name: 'MobileNetV2' });
    expect(read(net, 'folder/My net.arch')).toMatchObject({ kind: 'document', name: 'My net', text: net });
    expect(read(net)).toMatchObject({ kind: 'document', name: 'pasted net' });
    expect(read(net.replaceAll('\n', '\r\n'))).toMatchObject({ text: net });
  });

  it('open with a slip in them', () => {
    expect(read(net.replace('pool', 'pol'))).toMatchObject({ kind: 'document' });
  });

  it('open from links, with or without the address before', () => {
    const fragment = encodeLink({ name: 'a', text: net });
    const document = { name: 'a', text: net };
    expect(read(`https://example.org/x/#${fragment}`)).toEqual({ kind: 'link', document });
    expect(read(` #${fragment} `)).toEqual({ kind: 'link', document });
    expect(read(fragment)).toEqual({ kind: 'link', document });
    expect(read(`${fragment.slice(0, 20)}`)).toMatchObject({ kind: 'refused' });
  });

  it('open from timm block strings, between the stem and head of the net on the page', () => {
    const intake = read("[['ds_r1_k3_s1_e1_c16'], ['ir_r2_k3_s2_e6_c24', 'ir_r1_k5_s1_e3_c24_se0.25_nhs']]");
    expect(intake).toMatchObject({ kind: 'document', name: 'from timm' });
    const text = intake.kind === 'document' ? intake.text : '';
    expect(check(text).problems).toEqual([]);
    expect(text).toMatch(/^\+ mbconv\s+k5\s+c24\s+e3 se0.25 act=hswish$/m);
    expect(text).toMatch(/^linear\s+c1000$/m);
    expect(read("['xx_r1_k3']")).toMatchObject({ kind: 'refused', problem: expect.stringContaining('timm') });
  });
});

it.each([
  ['', 'There is no text'],
  ['Dear all, see you at ten.\nBest\n', 'This text is not a net'],
  ['{"nodes": [1, 2, 3], "edges": []}', 'not a net'],
  ['import torch\nfrom torch import nn\nprint(1)\n', 'not a net'],
  ['https://example.org/', 'no net behind'],
  ['3.AAAA', 'version 3'],
])('refuses %j with a sentence', (text, sentence) => {
  const intake = read(text);
  expect(intake).toMatchObject({ kind: 'refused', problem: expect.stringContaining(sentence) });
});

it('knows files by their ending and size', () => {
  expect(refuseFile({ name: 'a.safetensors', size: 10 })).toContain('holds weights');
  expect(refuseFile({ name: 'a.onnx', size: 10 })).toContain('.onnx file');
  expect(refuseFile({ name: 'a.arch', size: 2_000_000 })).toContain('larger than 1 MB');
  expect(refuseFile({ name: 'a.arch', size: 2000 })).toBeUndefined();
  expect(refuseFile({ name: 'README', size: 2000 })).toBeUndefined();
});

describe('timm strings', () => {
  it('lead back to the same stages, for every preset that timm can say', () => {
    let said = 0;
    for (const { name } of presets) {
      const resolved = resolvePreset(name);
      if ('problem' in resolved) throw new Error(resolved.problem);
      const out = timmText(resolved.architecture);
      if (!out.ok) {
        expect(out.problem).toMatch(/timm.*The line is “/);
        continue;
      }
      said++;
      const back = readText(out.text, resolved.architecture);
      const again = back.kind === 'document' && timmText(parse(back.text).architecture);
      expect(again && again.ok && again.text.replace(/^#.*\n/gm, ''), name).toBe(out.text.replace(/^#.*\n/gm, ''));
    }
    expect(said).toBeGreaterThan(60);
  });
});
