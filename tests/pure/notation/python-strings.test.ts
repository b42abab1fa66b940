// Pasted timm text is read as Python reads it, or refused with the line and the reason; never something in between.
import { expect, test } from 'vitest';
import { holdsBlockStrings, pythonStages } from '../../../src/graph/notation/python-strings.ts';

const a = 'ds_r1_k3_s1_e1_c16';
const b = 'ir_r2_k3_s2_e6_c24';
const c = 'ir_r3_k5_s2_e6_c40_se0.25';

test.each([
  [`[['${a}'], ['${b}', '${c}']]`, [[a], [b, c]]],
  [`arch_def = [\n    ['${a}'],\n    ["${b}"],\n]\n`, [[a], [b]]],
  [`arch_def: list[list[str]] = [['${a}'],]`, [[a]]],
  [`[('${a}',), ('${b}',)]`, [[a], [b]]],
  [`['${a}', '${b}']`, [[a], [b]]],
  [`'${a}', '${b}'`, [[a], [b]]],
  [`"${a}"\n"${b}"`, [[a], [b]]],
  // Comments, also with quotes and brackets in them.
  [`[['${a}'],  # stage 0, 112x112\n # ['${b}'],\n ['${c}']]`, [[a], [c]]],
  [`# old: [['${b}']]\n[['${a}']]`, [[a]]],
  [`[['${a}'], # it's "quoted" ]\n]`, [[a]]],
  // Python joins strings that stand side by side.
  [`[['ds_r1_k3' '_s1_e1_c16']]`, [[a]]],
  [`[[r'${a}', u"${b}"]]`, [[a, b]]],
  [`[["""${a}"""]]`, [[a]]],
  // The source of a builder function.
  [
    `def _gen_net(variant, **kwargs):\n    arch_def = [\n        # stage 0\n        ['${a}'],\n        ['${b}'],\n    ]\n    model_kwargs = dict(\n        block_args=decode_arch_def(arch_def),\n        stem_size=32,\n        norm_layer=[1, 2],\n    )\n    return model_kwargs\n`,
    [[a], [b]],
  ],
  // Rows copied out of their list, and strings without quotes.
  [`['${a}', '${b}'],\n['${b}'],`, [[a, b], [b]]],
  [`['${a}'], ['${b}']`, [[a], [b]]],
  [a, [[a]]],
  [`${a}\n${b},\n`, [[a], [b]]],
])('%j', (text, stages) => {
  expect(holdsBlockStrings(text)).toBe(true);
  expect(pythonStages(text)).toEqual({ ok: true, stages });
});

test.each([
  [`[['${a}'] * 3]`, 'line 1: "*" makes this an expression'],
  [`[['${a}']] * 3`, 'line 1: "*" makes this an expression'],
  [`[\n['${a}' * 2]]`, 'line 2: "*" makes this an expression'],
  [`[['${a}']] + [['${b}']]`, 'line 1: a second list of block strings begins here'],
  [`[[f'${a}_c{width}']]`, 'is an f-string'],
  [`[[F"ir_r{n}_k3_s1_e6_c24", '${a}']]`, 'is an f-string'],
  [`[[b'${a}']]`, 'is bytes'],
  [`[['${a}'.format(3)]]`, '"." is neither a string nor a list of strings'],
  [`[['${a}' % 3]]`, '"%" is neither'],
  [`[['${a}'], STAGE]`, '"STAGE" is neither a string nor a list of strings'],
  [`[['${a}'], None]`, '"None" is neither'],
  [`[[['${a}']]]`, '"[" is neither'],
  [`[['${a}'] for _ in range(3)]`, '"for" is neither'],
  [`[['${a}' ['${b}']]]`, '"[" is neither'],
  [`[['${a}' ['${b}']]`, 'not closed'],
  [`[['${a}']`, 'not closed'],
  [`a = [['${a}']]\nb = [['${b}']]`, 'line 2: a second list'],
  [`print('${a}')`, '"print" is neither'],
  [`['${a}\\n']`, 'no backslashes'],
])('%j is refused', (text, sentence) => {
  const read = pythonStages(text);
  expect(read).toMatchObject({ ok: false, problem: expect.stringContaining(sentence) as string });
  expect(!read.ok && read.problem).toMatch(/^line \d+: .*\.$/);
});

test('notation and prose hold no block strings', () => {
  expect(holdsBlockStrings("mbconv x2 k3 c24 e6 # timm's ir_r2")).toBe(false);
  expect(holdsBlockStrings('He said "hello" and left.')).toBe(false);
});
