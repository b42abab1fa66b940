// The verdict's arithmetic: rows join plans that are fused differently, nothing is counted twice, and the sentence says what holds.
import { describe, expect, it } from 'vitest';
import { assemblePlan, makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import { fusedIntegerProgram } from '../../../src/graph/quant/integer-program.ts';
import { quantizeNet } from '../../../src/graph/quant/quantize.ts';
import { verdictOf, type Arithmetic, type ArithmeticRun, type Verdict } from '../../../src/graph/quant/verdict.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { prepare } from './golden-nets.ts';

const caps = { ...plainGpu, packedDot: true, f16: true };
const recipe = { calibration: 'max', pictures: 2, perChannel: true, equalized: false, float: [] as string[] };

/** Runs with every dispatch of an arithmetic taking the given time. */
async function runs(each: Readonly<Partial<Record<Arithmetic, number>>>): Promise<{
  all: ArithmeticRun[];
  graph: InferredGraph;
  verdict: (device?: { software: boolean; packedDot: boolean }) => Verdict;
}> {
  const { folded, calibration } = await prepare('mobilenetv3_small_050', 32, 2);
  const net = quantizeNet(folded, calibration.ranges('max'), recipe);
  const { graph } = folded;
  const plans = {
    float32: makePlan(graph, { caps }),
    float16: makePlan(graph, { caps, precision: 'f16' }),
    int8: assemblePlan(graph, fusedIntegerProgram(net, caps).program, { caps }),
  };
  const all = (Object.entries(each) as [Arithmetic, number][]).map(([arithmetic, ms]): ArithmeticRun => {
    const plan = plans[arithmetic];
    return {
      arithmetic,
      plan,
      dispatchMs: plan.dispatches.map(() => ms),
      totalMs: ms * plan.dispatches.length,
      latencyMs: 1 + ms * plan.dispatches.length,
      fileBytes: arithmetic === 'int8' ? 1 : 4,
      logits: [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(6, 5, 4, 3, 2, arithmetic === 'int8' ? 7 : 1)],
    };
  });
  return { all, graph, verdict: (device = { software: false, packedDot: true }) => verdictOf(graph, all, device) };
}

describe('verdict', () => {
  it('gives every arithmetic a time in every row, and the rows add up to the whole', async () => {
    const { all, verdict } = await runs({ float32: 0.1, float16: 0.08, int8: 0.03 });
    const { layers, columns } = verdict();
    for (const { arithmetic, dispatchMs } of all) {
      const sum = layers.reduce((total, { ms }) => total + (ms[arithmetic] as number), 0);
      expect(sum).toBeCloseTo(
        dispatchMs.reduce((a, b) => a + b, 0),
        9,
      );
    }
    expect(layers.length).toBeGreaterThan(20);
    const nodes = layers.flatMap((layer) => layer.nodes);
    expect(new Set(nodes).size).toBe(nodes.length);
    expect(new Set(layers.map(({ kind }) => kind)).has('depthwise')).toBe(true);
    expect(columns.map(({ arithmetic }) => arithmetic)).toEqual(['float32', 'float16', 'int8']);
    const [float32, , int8] = columns;
    expect(float32?.agreement).toBeUndefined();
    expect(int8?.agreement).toMatchObject({ pictures: 2, top1: 0.5 });
    expect(int8?.weightBytes).toBeLessThan(0.4 * (float32?.weightBytes as number));
    expect(int8?.activationBytes).toBeLessThan(float32?.activationBytes as number);
  });

  it('says that int8 is faster, by what factor', async () => {
    const { all, verdict } = await runs({ float32: 0.1, int8: 0.02 });
    const { ratio, sentence } = verdict();
    expect(ratio).toBeCloseTo((all[1] as ArithmeticRun).totalMs / (all[0] as ArithmeticRun).totalMs, 9);
    expect(sentence).toMatch(/^int8 is \d\.\d\d times as fast as float32 here: [\d.]+ ms against [\d.]+ ms\.$/);
  });

  it('says why int8 is slower, of the fastest float arithmetic', async () => {
    const { verdict } = await runs({ float32: 0.1, float16: 0.02, int8: 0.1 });
    expect(verdict().sentence).toMatch(/times as slow as float16 here .*ms go to the \w+ layers/);
    const software = verdict({ software: true, packedDot: true }).sentence;
    expect(software).toContain('this adapter is a CPU, which runs the packed 8-bit dot product in software');
    expect(software).not.toMatch(/no packed 8-bit/);
    expect(verdict({ software: false, packedDot: false }).sentence).toContain('packed_4x8_integer_dot_product');
  });

  it('names the layer that costs most, a linear one as linear, whatever kernel runs it', async () => {
    const { all, graph } = await runs({ float32: 0.1, int8: 0.1 });
    const int8 = all[1] as ArithmeticRun;
    const classifier = int8.plan.dispatches.findIndex(({ from }) => from.includes('classifier'));
    const dispatchMs = int8.dispatchMs.map((ms, i) => (i === classifier ? 50 : ms));
    const slow = { ...int8, dispatchMs, totalMs: int8.totalMs + 50 };
    const { sentence } = verdictOf(graph, [all[0] as ArithmeticRun, slow], { software: false, packedDot: true });
    expect(sentence).toMatch(/most of all classifier \(linear\): [\d.]+ ms become 50\.0 ms/);
  });

  it('refuses to judge without both', async () => {
    const { verdict } = await runs({ float32: 0.1 });
    expect(() => verdict()).toThrow(RangeError);
  });
});
