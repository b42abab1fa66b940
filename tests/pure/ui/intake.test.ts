// What is dropped or pasted: nets in every accepted form open, anything else gets a sentence that names what does.
import { describe, expect, it } from 'vitest';
import { encodeLink } from '../../../src/graph/link/link.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { canonical } from '../../../src/graph/notation/canonical.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { writeSafetensors } from '../../../src/graph/formats/safetensors/write.ts';
import { readFile, readText } from '../../../src/ui/frame/intake.ts';
import { firstNet } from '../../../src/ui/state/first-net.ts';
import { timmText } from '../../../src/graph/notation/timm-text.ts';

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

  it('open by their names, as the hub and papers spell them', () => {
    for (const name of ['mobilenetv3_small_100', 'timm/mobilenetv2_100.ra_in1k', 'MobileNetV2', 'efficientnet_b0@192'])
      expect(read(name), name).toMatchObject({ kind: 'document', text: expect.stringContaining('input') });
    for (const word of ['pool', 'resnet999', 'hello', 'conv'])
      expect(read(word), word).not.toMatchObject({ text: expect.stringContaining('input') });
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

describe('files are known by their content, never by their ending (F11, F12)', () => {
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  const file = (name: string, bytes: Uint8Array, size = bytes.length) =>
    readFile({ name, size }, bytes.subarray(0, 8192), () => Promise.resolve(bytes));
  const tensors = new Map([['a', { shape: [1], values: Float32Array.of(1) }]]);

  it('weights, our own int8 files and photos go to their views, whatever they are called', async () => {
    for (const name of ['a.safetensors', 'a.arch', 'a', 'a.bin']) {
      expect(await file(name, writeSafetensors(tensors))).toEqual({ kind: 'view', view: 'try' });
      expect(await file(name, writeSafetensors(tensors, { bottleneck: '{}' }))).toEqual({
        kind: 'view',
        view: 'quantize',
      });
      expect(await file(name, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toEqual({ kind: 'view', view: 'try' });
      expect(await file(name, text(net))).toEqual({ kind: 'text', text: net });
    }
    const utf16 = Uint8Array.from([...`\ufeff${net}`].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
    expect(await file('a.txt', utf16)).toEqual({ kind: 'text', text: net });
  });

  it('model files go to their reader, whatever they are called', async () => {
    const tflite = Uint8Array.of(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33);
    for (const name of ['net.onnx', 'net.tflite', 'a.arch'])
      for (const bytes of [Uint8Array.of(8, 7, 0x12, 7, 0x70), tflite])
        expect(await file(name, bytes)).toEqual({ kind: 'model' });
  });

  it.each([
    [
      'net.pth',
      Uint8Array.from([0x50, 0x4b, 3, 4, ...new Uint8Array(200)]),
      'is a PyTorch checkpoint (torch.save); Bottleneck reads safetensors',
    ],
    [
      'paper.arch',
      text('%PDF-1.7 '),
      'is a PDF document; Bottleneck opens .arch texts, share links, timm block strings, ONNX and TFLite models, photos',
    ],
    ['logo.arch', text('<svg xmlns="http://www.w3.org/2000/svg">'), 'is an SVG drawing; export it as JPEG'],
    ['a.safetensors', text('version https://git-lfs.github.com/spec/v1\noid'), 'is a Git LFS pointer'],
    [
      'a.arch',
      text('# für '.replace('ü', '\u00fc')).map((byte, i) => (i === 3 ? 0xfc : i === 4 ? 0x72 : byte)),
      'save it as UTF-8',
    ],
  ])('%s is refused for what it is', async (name, bytes, sentence) => {
    expect(await file(name, bytes)).toEqual({
      kind: 'refused',
      problem: expect.stringContaining(
        `"${name}" ${sentence}`.replace(/ (save)/, ' is a text in an old 8-bit encoding; $1'),
      ),
    });
  });

  it('a text of more than 1 MB is not read', async () => {
    expect(await file('a.arch', text(net), 2_000_000)).toMatchObject({
      problem: expect.stringContaining('larger than 1 MB'),
    });
  });
});

describe('timm strings', () => {
  const lent = parse('conv k3 s2 c8\nmbconv k3 c8 e2\npool\nlinear c10\n').architecture;
  it('lead back to the same stages, for every preset that timm can say', () => {
    let [said, whole] = [0, 0];
    for (const { name } of presets) {
      const resolved = resolvePreset(name);
      if ('problem' in resolved) throw new Error(resolved.problem);
      const out = timmText(resolved.architecture);
      if (!out.ok) {
        expect(out.problem).toMatch(/timm.*The line is “/);
        continue;
      }
      said++;
      const back = readText(out.text, lent);
      const again = back.kind === 'document' && timmText(parse(back.text).architecture);
      // Header, stem and head come from the comments, whatever net is on the page.
      const plain = out.text.replace(/^# said by .*\n/m, '');
      expect(again && again.ok && again.text, name).toBe(plain);
      if (plain !== out.text) continue;
      const { header, blocks } = resolved.architecture;
      const net = { header: { ...header, expectParams: undefined }, blocks };
      expect(back.kind === 'document' && canonical(parse(back.text).architecture), name).toBe(canonical(net));
      whole++;
    }
    expect(whole).toBeGreaterThan(30);
    expect(said).toBeGreaterThan(60);
  });
});

describe('23-expect-carried-over', () => {
  // The first visit's net, which says how many parameters it must have.
  const { architecture } = parse(firstNet.text);
  it('timm strings do not take over the count that the net on the page expects', () => {
    expect(architecture.header.expectParams).toBeGreaterThan(0);
    const intake = readText("[['dsa_r1_k3_s1_c64'], ['dsa_r2_k3_s2_c128']]", architecture);
    expect(intake.kind).toBe('document');
    const text = intake.kind === 'document' ? intake.text : '';
    expect(text).not.toContain('expect');
    const { problems, graph } = check(text);
    expect(problems).toEqual([]);
    expect(graph).toBeDefined();
  });
});
