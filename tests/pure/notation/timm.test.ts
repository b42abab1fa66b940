// timm's block strings: printed exactly as read, and the same nets as the presets' own texts.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Architecture, ArgumentValue, BlockLine } from '../../../src/graph/architecture.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { printLine } from '../../../src/graph/notation/print.ts';
import { lineOfTimm, timmOfLine } from '../../../src/graph/notation/timm-lines.ts';
import { frameOf, fromTimm, toTimm } from '../../../src/graph/notation/timm-net.ts';
import { printTimmBlock } from '../../../src/graph/notation/timm-print.ts';
import { readTimmBlock, type TimmBlock } from '../../../src/graph/notation/timm-read.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';

const { definitions, models } = JSON.parse(
  readFileSync(new URL('../../../test-data/timm-strings.json', import.meta.url), 'utf8'),
) as {
  definitions: string[][][];
  models: Record<string, number>;
};
const strings = [...new Set(definitions.flat(2))];

function read(text: string): TimmBlock {
  const result = readTimmBlock(text);
  if (!result.ok) throw new Error(result.problem);
  return result.block;
}

test('every block string of timm is printed exactly as it was read', () => {
  expect(strings.length).toBeGreaterThan(250);
  for (const text of strings) expect(printTimmBlock(read(text))).toBe(text);
});

test('fields are typed and keep their order', () => {
  expect(read('ir_r1_k3.5.7_a1.1_p1_s2_e2.5_c40_se0.25_nsw_noskip')).toEqual({
    type: 'ir',
    fields: [
      { key: 'r', value: 1 },
      { key: 'k', value: [3, 5, 7] },
      { key: 'a', value: [1, 1] },
      { key: 'p', value: 1 },
      { key: 's', value: 2 },
      { key: 'e', value: 2.5 },
      { key: 'c', value: 40 },
      { key: 'se', value: 0.25 },
      { key: 'n', value: 'sw' },
      { key: 'noskip', value: true },
    ],
  });
});

test.each([
  ['irr_r1_k3_s1_e6_c24', '"irr_r1_k3_s1_e6_c24": unknown block type "irr"; did you mean "ir"?'],
  ['ir_r1_k3_s1_e6', '"ir_r1_k3_s1_e6": "c" is missing.'],
  ['ir_r1_k3_s1_e6_c24_c32', '"ir_r1_k3_s1_e6_c24_c32": "c" is given twice.'],
  ['ir_r1_k3_s1_e6_c24_z4', '"ir_r1_k3_s1_e6_c24_z4": unknown field "z4".'],
  ['ir_r1_k3_s1_e6_c24_nxx', '"ir_r1_k3_s1_e6_c24_nxx": unknown activation "nxx"; known: nre, nr6, nhs, nsw, nmi.'],
  ['ir_r1_k03_s1_e6_c24', '"ir_r1_k03_s1_e6_c24": "k03" is not a plain number behind "k".'],
  ['ir_r1_k3_s1_e6.0_c24', '"ir_r1_k3_s1_e6.0_c24": "e6.0" is not a plain number behind "e".'],
  ['', '"": unknown block type "". Known: ir, ds, dsa, er, cn, uir, mqa, mha.'],
])('%j is refused with a sentence', (text, problem) => {
  expect(readTimmBlock(text)).toEqual({ ok: false, problem });
});

test.each([
  ['ir_r2_k3_s2_e6_c24_se0.25', 'mbconv x2 k3 s2 c24 e6 se0.25'],
  ['ir_r1_k3.5.7_a1.1_p1.1_s2_e6_c32_nsw', 'mbconv k3.5.7 s2 c32 e6 a2 p2 act=swish'],
  ['ds_r1_k3_s1_e1_c16_nre_noskip', 'ds k3 c16 act=relu noskip'],
  ['dsa_r2_k3_s2_c128', 'dsa x2 k3 s2 c128'],
  ['er_r1_k3_s2_e4_c48', 'fused k3 s2 c48 e4'],
  ['cn_r2_k3_s1_e1_c24_skip', 'conv x2 k3 c24 skip'],
  ['uir_r1_a3_k5_s2_e4_c80', 'uib k5 s2 c80 e4 a3'],
  ['uir_r1_a0_k0_s1_e2_c160', 'uib c160 e2'],
  ['mqa_r1_k3_h4_s1_v2_d64_c160', 'mqa k3 c160 h4 d64 v2'],
])('%s is "%s", and back the string means the same', (text, line) => {
  const converted = lineOfTimm(read(text));
  if (!converted.ok) throw new Error(converted.problem);
  const printed = printLine(converted.line);
  expect(tokens(printed)).toEqual(tokens(line));
  const back = timmOfLine(converted.line);
  if (!back.ok) throw new Error(back.problem);
  expect(back.beyond).toEqual([]);
  expect(lineOfTimm(back.block)).toEqual(converted);
});

const tokens = (line: string) => line.split(' ').toSorted();

test.each([
  ['ir_r1_k3_s1_e6_c112_se0.25_cc4', 'this notation has no conditional convolution ("cc").'],
  ['er_r1_k3_s1_e4_c24_fc24_noskip', 'this notation has no forced input channels ("fc").'],
  ['er_r1_k3_s1_e4_gs64_c48', 'this notation has no group size ("gs").'],
  ['ds_r1_k3_s1_e1_c16_se0.25_d1', 'this notation has no space-to-depth ("d").'],
])('%s cannot be said', (text, sentence) => {
  const converted = lineOfTimm(read(text));
  expect(converted).toMatchObject({ ok: false, problem: expect.stringContaining(sentence) });
});

test('what timm cannot say is a problem with its line', () => {
  const { architecture } = parse('conv c8\ntucker c16\npool\nlinear c10');
  expect(toTimm(architecture)).toMatchObject({
    ok: false,
    problem: 'timm has no block string for "tucker".',
    line: { word: 'tucker' },
  });
  const strided = parse('conv c8\nmbconv c16\n+ mbconv s2 c24\npool\nlinear c10').architecture;
  expect(toTimm(strided)).toMatchObject({
    ok: false,
    problem: 'timm strides only at the first block of a stage, not at a "+ mbconv".',
  });
});

/** What timm's constructors say besides the block strings, read off the preset's own stage lines. */
function beyondOf(
  architecture: Architecture,
): (line: BlockLine, stage: number) => Readonly<Record<string, ArgumentValue>> {
  const { stem, head } = frameOf(architecture);
  const lines = architecture.blocks.slice(stem.length, architecture.blocks.length - head.length);
  const stages: BlockLine[][] = [];
  for (const line of lines) {
    if (line.sameStage) stages.at(-1)?.push(line);
    else stages.push([line]);
  }
  const keys = ['aa', 'ls', 'seact', 'seround', 'fixdepth', 'rounddepth'];
  return (line, stage) => {
    const own = stages[stage]?.find(({ word, args }) => word === line.word && args['s'] === line.args['s'])?.args ?? {};
    return Object.fromEntries(keys.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])));
  };
}

const both = presets.filter(({ name }) => Object.hasOwn(models, name)).map(({ name }) => name);

test('the presets that timm defines by strings', () => {
  expect(both.length).toBeGreaterThan(60);
});

test.each(both)('%s: timm’s strings and the preset’s text are the same net', (name) => {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  const { architecture } = resolved;
  const definition = definitions[models[name] ?? -1] ?? [];
  const converted = fromTimm(definition, { ...frameOf(architecture), beyond: beyondOf(architecture) });
  if (!converted.ok) throw new Error(converted.problem);
  const expected = expand(architecture, name);
  const actual = expand(converted.architecture, name);
  expect(actual.problems).toEqual([]);
  const shapes = ({ graph }: typeof actual) =>
    graph?.nodes.map(({ id, op, attrs, inputs }) => ({ id, op, attrs, inputs, shape: graph.facts.get(id)?.shape }));
  expect(shapes(actual)).toEqual(shapes(expected));

  const strings = toTimm(architecture);
  if (!strings.ok) throw new Error(strings.problem);
  const again = fromTimm(strings.stages, { ...frameOf(architecture), beyond: beyondOf(architecture) });
  if (!again.ok) throw new Error(again.problem);
  expect(shapes(expand(again.architecture, name))).toEqual(shapes(expected));
});
