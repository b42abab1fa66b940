// The "why" of a pair of nets: parts add up to the sums of layers, and the sentence names what changed most.
import { describe, expect, it } from 'vitest';
import { check } from '../../../../src/graph/notation/check.ts';
import { whyDiffers, type TimedSide } from '../../../../src/ui/views/net/compare/why-differs.ts';

/** Times in proportion to the multiply-accumulates: 1 ms a million. */
function side(text: string, depthwiseMs = 0): TimedSide {
  const { graph, architecture } = check(text);
  if (!graph) throw new Error('the text has an error');
  const ms = new Map(
    graph.nodes.map(({ id }) => [id, (graph.facts.get(id)?.macs ?? 0) / 1e6 + (/conv_dw$/.test(id) ? depthwiseMs : 0)]),
  );
  return { graph, architecture, times: { ms, totalMs: [...ms.values()].reduce((a, b) => a + b, 0) } };
}
const text = 'input 3x64x64\nconv k3 s2 c16\nmbconv k3 s2 c24 e4\nmbconv k3 c24 e4\nconv k1 c64\npool\nlinear c10\n';

describe('whyDiffers', () => {
  const [before, after] = [side(text), side(text, 7)];
  const why = whyDiffers(before, after);
  it('shares every millisecond out once, by kind and by resolution', () => {
    for (const parts of [why.byKind, why.byResolution])
      for (const [key, { times }] of [['before', before] as const, ['after', after] as const])
        expect(parts.reduce((sum, part) => sum + part[key], 0)).toBeCloseTo(times.totalMs, 9);
    expect(why.byResolution.map(({ name }) => name)).toEqual(['32 × 32', '16 × 16', 'vector']);
  });
  it('names the kind and the place of the change, before → after', () => {
    expect(why.sentence).toMatch(/^Sum of layers .* → .*: most of it in depthwise \(.* → .*\) and at 16 × 16 \(/);
    expect(whyDiffers(after, before).sentence).toContain('most of it in depthwise');
    expect(whyDiffers(before, before).sentence).not.toContain('most of it');
  });
});
