import { expect, test } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { randomGenotype, type Genotype } from '../../../src/graph/search/genes.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { spaceOf, type Space } from '../../../src/graph/search/space/space.ts';
import { shippedSpaces } from '../../../src/graph/search/spaces/index.ts';

const head = 'input 3x64x64\nact relu6\n\nconv k3 s2 c16\n';
const tail = '\npool\nlinear c10\n';
const around = (line: string): string => `${head}${line}${tail}`;

/** Every genotype, with inactive genes at 0. */
function* genotypes({ genes, active }: Space): Generator<Genotype> {
  const seen = new Set<string>();
  const now = genes.map(() => 0);
  for (;;) {
    const canonical = now.map((option, gene) => (active(now, gene) ? option : 0));
    const key = canonical.join();
    if (!seen.has(key)) {
      seen.add(key);
      yield canonical;
    }
    let at = 0;
    while (at < genes.length && now[at] === genes[at]!.options - 1) now[at++] = 0;
    if (at === genes.length) return;
    now[at]!++;
  }
}

test.each([
  ['mbconv k{3,5} s2 c24 e{3,6}', 4],
  ['mbconv x{1..3} k{3,5} c24 e6 se{0,0.25}', 12],
  ['mbconv x{0..2} k{3,5} c16 e{4,6}', 9],
  ['mbconv x{1,2} k{3,5} c32{0.75,1,1.25} e6 each', 6 + 36],
  ['mbconv k{3,5} s2 c32 e{4,8} | fused | tucker i{0.25,0.75}', 4 + 4 + 4],
  ['uib x2 a{0,3} k{0,3} s2 c24 e4 each', 16],
  ['mbconv k3 c24 e6 ca4? noskip?', 4],
  ['mbconv k3 c{16..64/16} e6 act={relu,hswish}', 8],
  ['mbconv k{3,3.5,3.5.7} c24 e6', 3],
  ['mbconv x2 k{3,5} c24 e{3,6} | ds each', 36],
])('%s has as many nets as can be enumerated', (line, count) => {
  const space = spaceOf(around(line));
  expect(space.problems).toEqual([]);
  expect(space.size).toBe(BigInt(count));
  const texts = new Set<string>();
  let all = 0;
  for (const genotype of genotypes(space)) {
    const net = space.instantiate(genotype);
    if (!('text' in net)) throw new Error(net.problems[0]?.message);
    texts.add(net.text);
    all++;
  }
  expect(all).toBe(count);
  expect(texts.size).toBe(count);
});

test('a document without sets is a space of one net, the document itself', () => {
  for (const name of [
    'mobilenetv2_100',
    'mobilenetv4_hybrid_medium',
    'efficientformerv2_s0',
    'mixnet_s',
    't2t_vit_7',
  ]) {
    const preset = resolvePreset(name);
    if ('problem' in preset) throw new Error(preset.problem);
    const plain = print({ ...parse(preset.text).architecture, comments: [] });
    const space = spaceOf(plain);
    expect(space.size).toBe(1n);
    expect(space.instantiate([])).toEqual({ text: plain });
  }
});

test('repeats that choose for themselves are lines of one stage, of which the first strides', () => {
  const space = spaceOf(around('uib x3 k{0,3} s2 c24 e4 each'));
  expect(space.instantiate([1, 0, 1])).toEqual({
    text: print(parse(around('uib k3 s2 c24 e4\n+ uib k0 c24 e4\n+ uib k3 c24 e4')).architecture),
  });
});

test('a factor is rounded as the document rounds', () => {
  const space = spaceOf(`round 16\n${around('mbconv k3 c32{0.75,1.3} e6')}`);
  const text = (genotype: Genotype): string => {
    const net = space.instantiate(genotype);
    return 'text' in net ? net.text : net.problems[0]!.message;
  };
  expect(text([0])).toContain('c32');
  expect(text([1])).toContain('c48');
});

test.each([
  ['mbconv k{3,5 c24 e6', 'k{3,5', /not closed/],
  ['mbconv k{} c24 e6', 'k{}', /is empty/],
  ['mbconv k{3,,5} c24 e6', 'k{3,,5}', /value is missing/],
  ['mbconv k{3,3} c24 e6', 'k{3,3}', /stands twice/],
  ['mbconv k3 c{64..16/8} e6', 'c{64..16/8}', /smaller number to the larger/],
  ['mbconv k3 c{16..64/0} e6', 'c{16..64/0}', /no range/],
  ['mbconv k3 c{1..9999} e6', 'c{1..9999}', /at most 64/],
  ['mbconv k{3,5} c24{0,1} e6', 'c24{0,1}', /no factor/],
  ['{mbconv,fused} k3 c24', '{mbconv,fused}', /a block is no set/],
  ['mbconv k{3,5} c24 e6 each', 'each', /needs repeats/],
  ['mbconv k3 c24 e6 | fused x2', 'x2', /repeats belong to the line/],
  ['mbconv k{3,5} q{1,2} c24 e6', 'q{1,2}', /q1/],
  ['mbcnov k{3,5} c24 e6', 'mbcnov', /Unknown word/],
  ['mbconv k{3,5} e6', 'mbconv', /needs its/],
])('%s: what is wrong is named at %s', (line, place, message) => {
  const text = around(line);
  const { problems } = spaceOf(text);
  expect(problems[0]?.message).toMatch(message);
  const { range, fix } = problems[0]!;
  expect(text.slice(range.from, range.to).replace(/^\+? ?/, '')).toContain(place);
  if (fix) expect(spaceOf(text.slice(0, fix.range.from) + fix.insert + text.slice(fix.range.to)).problems).toEqual([]);
});

test.each([...shippedSpaces])('%s: random nets of it are nets', (_, text) => {
  const space = spaceOf(text);
  expect(space.problems).toEqual([]);
  expect(space.size).toBeGreaterThan(4000n);
  const count = process.env['FULL'] === '1' ? 2000 : 25;
  for (let i = 0; i < count; i++) {
    const net = space.instantiate(randomGenotype(space.genes, new Draws(11, i)));
    if (!('text' in net)) throw new Error(net.problems[0]?.message);
    const { problems, graph } = check(net.text);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(graph).toBeDefined();
    expect(print(parse(net.text).architecture)).toBe(net.text);
  }
});

test('a net that was drawn is found where it was drawn, in every space that ships', () => {
  for (const [name, text] of shippedSpaces) {
    const space = spaceOf(text);
    for (let i = 0; i < 8; i++) {
      const genotype = randomGenotype(space.genes, new Draws(9, i)).map((option, gene, all) =>
        space.active(all, gene) ? option : 0,
      );
      const net = space.instantiate(genotype);
      if (!('text' in net)) continue;
      const found = space.locate(net.text);
      if (!('genotype' in found)) throw new Error(`${name}: ${found.difference}`);
      // Two choices may write the same net (c24 by 1 and by 1.0 after rounding): then the first of them is found.
      const again = space.instantiate(found.genotype);
      expect([name, 'text' in again && again.text]).toEqual([name, net.text]);
    }
  }
});

test.each([
  ['mbconv k3 s2 c24 e5', 'line 5: e5 is not in e{3,6}.'],
  ['mbconv k3 s2 c32 e3', 'line 5: c32 is not c24.'],
  ['mbconv k7 s2 c24 e3', 'line 5: k7 is not in k{3,5}.'],
  ['mbconv x3 k3 s2 c24 e3', 'line 5: mbconv is not pool.'],
  ['mbconv k3 s2 c24 e3 noskip', "line 5: noskip is not in the space's line."],
  ['fused k3 s2 c24 e3', 'line 5: fused is not mbconv.'],
  ['mbconv k3 s2 c24 e3\n+ mbconv k5 c24 e3', 'line 6: differs from the line above, and the space repeats it alike.'],
])('%s is outside, and the difference is named', (line, difference) => {
  const space = spaceOf(around('mbconv x{1,2} k{3,5} s2 c24 e{3,6}'));
  expect(space.locate(around(line))).toEqual({ difference });
  expect(space.locate(around('mbconv x2 k5 s2 c24 e6'))).toEqual({ genotype: [1, 1, 1] });
  expect(space.locate(around('mbconv k5 s2 c24 e6\n+ mbconv k5 c24 e6'))).toEqual({ genotype: [1, 1, 1] });
  const act = around('mbconv k3 s2 c24 e3').replace('relu6', 'relu');
  expect(space.locate(act)).toEqual({ difference: expect.stringContaining('act') as unknown });
});

test('published nets are in their spaces, or the line that differs is named', () => {
  const where = (name: string, preset: string) => {
    const net = resolvePreset(preset);
    if ('problem' in net) throw new Error(net.problem);
    return spaceOf(shippedSpaces.get(name)!).locate(net.text);
  };
  for (const preset of ['mnasnet_100', 'semnasnet_100']) {
    const found = where('mnasnet', preset);
    expect(found).toHaveProperty('genotype');
    const again = 'genotype' in found && spaceOf(shippedSpaces.get('mnasnet')!).instantiate(found.genotype);
    const net = resolvePreset(preset);
    const macs = (text: string) => [...check(text).graph!.facts.values()].reduce((sum, facts) => sum + facts.macs, 0);
    expect(again && 'text' in again && macs(again.text)).toBe('text' in net && macs(net.text));
  }
  expect(where('mixnet', 'mixnet_s')).toEqual({ difference: "line 9: a2 is not in the space's line." });
  expect(where('v4-blocks', 'mobilenetv4_conv_small')).toEqual({
    difference: "line 7: fixbelow1 is not in the space's line.",
  });
  expect(where('mnasnet', 'efficientnet_b0')).toEqual({
    difference: 'the net says act swish, and the space has no act line.',
  });
});
