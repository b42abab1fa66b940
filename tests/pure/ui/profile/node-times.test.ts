// Sharing a kernel's time: every millisecond lands on one node, and on the nodes that did the work.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineTimes, nodeParts, nodeTimes } from '../../../../src/ui/state/measurements/node-times.ts';
import { timedNet } from './timed-net.ts';

const { graph, architecture, record } = timedNet();

describe('nodeParts', () => {
  it('gives parts that add up to 1 for each dispatch', () => {
    const parts = nodeParts(graph, record.dispatches);
    expect(parts).toHaveLength(record.dispatches.length);
    for (const dispatch of parts) expect(dispatch.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 12);
  });

  it('gives a convolution more than the norm and the activation fused into it', () => {
    const parts = nodeParts(graph, [{ from: ['conv_stem', 'bn1', 'bn1.act'] }])[0] ?? [];
    const part = (node: string): number => parts.find((item) => item.node === node)?.part ?? NaN;
    // 16·16·16 outputs of 27 MACs, 32·32·3 inputs, 432 weights; the activation writes 16·16·16; the norm moves its 4·16 numbers.
    const [conv, norm, act] = [16 * 16 * 16 * 27 + 4 * (32 * 32 * 3 + 432), 4 * 64, 4 * 16 * 16 * 16];
    expect(part('conv_stem')).toBeCloseTo(conv / (conv + norm + act), 12);
    expect(part('bn1')).toBeCloseTo(norm / (conv + norm + act), 12);
    expect(part('bn1.act')).toBeCloseTo(act / (conv + norm + act), 12);
  });

  it('splits MACs of a node that several dispatches compute, and shares evenly where nothing is known', () => {
    const twice = nodeParts(graph, [{ from: ['conv_stem', 'bn1'] }, { from: ['conv_stem', 'bn1'] }]);
    expect(twice[0]).toEqual(twice[1]);
    expect(nodeParts(graph, [{ from: ['gone.a', 'gone.b'] }])[0]).toEqual([
      { node: 'gone.a', part: 0.5 },
      { node: 'gone.b', part: 0.5 },
    ]);
  });
});

describe('nodeTimes', () => {
  it('adds up to the sum of the dispatches, whatever they take', () => {
    const times = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
      minLength: record.dispatches.length,
      maxLength: record.dispatches.length,
    });
    fc.assert(
      fc.property(times, (list) => {
        const dispatches = record.dispatches.map((dispatch, index) => ({ ...dispatch, ms: list[index] ?? 0 }));
        const { ms, totalMs } = nodeTimes(graph, dispatches);
        const shared = [...ms.values()].reduce((sum, value) => sum + value, 0);
        expect(shared).toBeCloseTo(totalMs, 9);
        expect(
          lineTimes(graph, { ms, totalMs }, architecture.blocks.length).reduce((sum, value) => sum + value, 0),
        ).toBeCloseTo(totalMs, 9);
      }),
    );
  });
});
