// The WGSL reader: tokens lose nothing, indentation follows the braces, facts are what the text says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFacts } from '../../../../src/ui/views/profile/kernel-facts.ts';
import { indented, sharedVariables, tokenLines, tokens, workgroupSize } from '../../../../src/ui/views/profile/wgsl.ts';
import { timedNet } from './timed-net.ts';

const shader = `// a tile
var<workgroup> tile: array<vec4<f32>, 64>;
@compute @workgroup_size(8, 4)
fn main(@builtin(workgroup_id) group: vec3u) {
for (var k = 0u; k < 3u; k++) {
a0 = fma(x, 1.5e-3f, 0x1Fu); }
}`;

describe('tokens', () => {
  it('join to the source, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(shader, '/* open', '@', '1.')),
        (text) =>
          tokens(text)
            .map((token) => token.text)
            .join('') === text,
      ),
    );
  });
  it('tell keywords, types, numbers, calls, attributes and comments apart', () => {
    const kinds = new Map(tokens(shader).map(({ text, kind }) => [text, kind]));
    expect(
      Object.fromEntries(
        ['// a tile', 'fn', 'for', 'vec4', 'f32', '@compute', 'fma', '1.5e-3f', '0x1Fu', '64'].map((text) => [
          text,
          kinds.get(text),
        ]),
      ),
    ).toEqual({
      '// a tile': 'comment',
      fn: 'keyword',
      for: 'keyword',
      vec4: 'type',
      f32: 'type',
      '@compute': 'attribute',
      fma: 'call',
      '1.5e-3f': 'number',
      '0x1Fu': 'number',
      '64': 'number',
    });
  });
  it('come line by line, a long comment cut at the line ends', () => {
    expect(tokenLines('a /* b\nc */ d').map((line) => line.map(({ kind, text }) => `${kind}:${text}`))).toEqual([
      ['text:a ', 'comment:/* b'],
      ['comment:c */', 'text: d'],
    ]);
  });
});

describe('indented', () => {
  it('sets lines in by their braces and changes nothing else', () => {
    expect(indented(shader).split('\n').slice(3)).toEqual([
      'fn main(@builtin(workgroup_id) group: vec3u) {',
      '  for (var k = 0u; k < 3u; k++) {',
      '    a0 = fma(x, 1.5e-3f, 0x1Fu); }',
      '}',
    ]);
    expect(indented('a {\n\n\nb\n// {\n}\nc\n')).toBe('a {\n\n  b\n  // {\n}\nc');
  });
});

describe('facts', () => {
  it('read the workgroup and what it shares', () => {
    expect(workgroupSize(shader)).toEqual([8, 4, 1]);
    expect(workgroupSize('@workgroup_size(64)')).toEqual([64, 1, 1]);
    expect(workgroupSize('fn f() {}')).toBeUndefined();
    expect(sharedVariables(shader)).toEqual([{ name: 'tile', type: 'array<vec4<f32>, 64>' }]);
  });

  it('say what a dispatch computes, its sizes and what each binding holds', () => {
    const { plan, graph } = timedNet();
    const facts = kernelFacts(plan, 0, graph);
    expect(facts?.sizes.find(({ label }) => label === 'Sizes')?.text).toBe('32×32×3 → 16×16×16');
    expect(facts?.sizes.find(({ label }) => label === 'Computes')?.text).toMatch(
      /^3×3 conv \(.*stride 2×2.*\) → batch norm .*→ relu6$/,
    );
    const buffers = facts?.buffers ?? [];
    expect(buffers).toHaveLength(plan.dispatches[0]?.bindings.length ?? 0);
    expect(buffers.find(({ access }) => access === 'reads')).toMatchObject({ bytes: 32 * 32 * 16 });
    expect(buffers.find(({ access }) => access === 'writes')?.what).toContain('bn1.act');
    expect(
      buffers.filter(({ access }) => access === 'constant').some(({ what }) => what.includes('conv_stem.weight')),
    ).toBe(true);
    expect(kernelFacts(plan, 999, graph)).toBeUndefined();
  });
});
