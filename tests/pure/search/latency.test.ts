import { expect, test } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../../src/graph/plan/plan.ts';
import { partOfPlan, signatureOf } from '../../../src/graph/plan/signature.ts';
import { randomGenotype } from '../../../src/graph/search/genes.ts';
import {
  calibrate,
  checkTable,
  isReliable,
  predictor,
  spearman,
  type LatencyTable,
} from '../../../src/graph/search/latency/table.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { leastOf, problemOfSpace } from '../../../src/graph/search/space/problem.ts';
import { spaceOf } from '../../../src/graph/search/space/space.ts';

const space = spaceOf(`
family mobilenetv3
input 3x64x64
conv k3 s2 c16
mbconv x{1..3} k{3,5} s2 c24 e{3,4,6}
mbconv x{1..3} k{3,5} s2 c40 e{3,6} se{0,0.25}
conv k1 c128
pool
linear c10
`);
const planOf = (text: string, precision: 'f32' | 'f16' = 'f32'): Plan =>
  makePlan(check(text).graph!, { caps: { ...plainGpu, f16: precision === 'f16' }, precision });
const drawn = (i: number): string => {
  const net = space.instantiate(randomGenotype(space.genes, new Draws(7, i)));
  if (!('text' in net)) throw new Error('every genotype of this space is a net');
  return net.text;
};
const signatures = (plan: Plan): string[] => plan.dispatches.map((dispatch) => signatureOf(plan, dispatch));

test('a signature is what runs: lines that two nets share, but not another precision or kernel text', () => {
  const head = 'family mobilenetv3\ninput 3x64x64\nconv k3 s2 c16\nds k3 c16\n';
  const [one, other] = [planOf(`${head}mbconv k3 s2 c24 e3\n`), planOf(`${head}mbconv k5 s2 c24 e3\n`)];
  expect(signatures(one).slice(0, 2)).toEqual(signatures(other).slice(0, 2));
  expect(signatures(one).at(-2)).not.toBe(signatures(other).at(-2));
  const half = planOf(`${head}mbconv k3 s2 c24 e3\n`, 'f16');
  expect(signatures(half).filter((signature) => signatures(one).includes(signature))).toEqual([]);
  const [first] = one.dispatches;
  const changed = { ...one, modules: one.modules.map((wgsl) => `${wgsl}\n// changed`) };
  expect(signatureOf(changed, first!)).not.toBe(signatureOf(one, first!));
});

test('signatures and texts are one to one over 30 nets, and a part of a plan has the same ones', () => {
  const texts = new Map<string, string>();
  for (let i = 0; i < 30; i++) {
    const plan = planOf(drawn(i));
    for (const dispatch of plan.dispatches) {
      const text = `${plan.modules[dispatch.module]!} ${dispatch.workgroups.join()}`;
      const signature = signatureOf(plan, dispatch);
      expect(texts.get(signature) ?? text).toBe(text);
      texts.set(signature, text);
    }
    const indices = plan.dispatches.flatMap((_, at) => (at % 2 === i % 2 ? [at] : []));
    const part = partOfPlan(plan, indices);
    expect(signatures(part)).toEqual(indices.map((at) => signatures(plan)[at]));
    expect(
      part.dispatches.every(({ bindings }) =>
        bindings.every((binding) => !('weight' in binding) || part.weights[binding.weight]),
      ),
    ).toBe(true);
  }
  expect(new Set(texts.values()).size).toBe(texts.size);
});

/** A device on which a dispatch takes what its signature says, a net 3 ms more, and a dispatch 0.02 ms more; every reading strays by `noise`. */
function fakeDevice(noise: number) {
  const draws = new Draws(11);
  const stray = (): number => 1 + noise * draws.normal();
  const own = (signature: string): number => 0.02 + (parseInt(signature.slice(0, 4), 16) / 0xffff) ** 2;
  const entries: Record<string, LatencyTable['entries'][string]> = {};
  const plans = Array.from({ length: 60 }, (_, i) => planOf(drawn(i)));
  for (const plan of plans)
    for (const dispatch of plan.dispatches) {
      const { kernel, macs, bytes, workgroups } = dispatch;
      const signature = signatureOf(plan, dispatch);
      const ms = own(signature) * stray();
      entries[signature] ??= {
        ms,
        interval: null,
        runs: 9,
        kernel,
        macs,
        bytes,
        workgroups: workgroups.reduce((a, b) => a * b),
      };
    }
  const wholeMs = (plan: Plan): number =>
    (3 + 0.02 * plan.dispatches.length + signatures(plan).reduce((sum, signature) => sum + own(signature), 0)) *
    stray();
  const table = (calibration: LatencyTable['calibration'], found: LatencyTable['check']): LatencyTable => ({
    format: 'bottleneck-latency',
    version: 1,
    adapter: { vendor: '', architecture: '', description: 'a fake clock', software: false },
    precision: 'f32',
    for: 'gpu',
    tickNs: null,
    entries,
    calibration,
    check: found,
  });
  const bare = predictor(table(null, null));
  const calibration = calibrate(
    plans.slice(0, 40).map((plan) => ({ sumMs: bare(plan).ms, dispatches: plan.dispatches.length, ms: wholeMs(plan) })),
  );
  const predict = predictor(table(calibration, null));
  const pairs = plans.slice(40).map((plan) => ({ predictedMs: predict(plan).ms, ms: wholeMs(plan) }));
  return table(calibration, checkTable(pairs));
}

test('with readings that stray by 2 % the table predicts other nets, with 30 % it says that it does not', () => {
  const good = fakeDevice(0.02);
  expect(good.check!.meanError).toBeLessThan(0.03);
  expect(good.check!.rank).toBeGreaterThan(0.99);
  expect(isReliable(good)).toBe(true);
  const { baseMs, dispatchMs } = good.calibration!;
  // What a net of middling length costs beyond its sum: the two parts alone cannot be told apart that well.
  expect(baseMs + 15 * dispatchMs).toBeCloseTo(3.3, 0);
  expect(isReliable(fakeDevice(0.3))).toBe(false);
});

test('a signature without an entry is estimated from its family, and named', () => {
  const whole = fakeDevice(0);
  const plan = planOf(drawn(3));
  const missing = signatures(plan)[4]!;
  const { [missing]: gone, ...entries } = whole.entries;
  const found = predictor({ ...whole, entries })(plan);
  expect(found.missing).toEqual([missing]);
  expect(Math.abs(found.ms - predictor(whole)(plan).ms)).toBeLessThan(1);
  expect(gone).toBeDefined();
});

test('rank correlation with ties, by hand', () => {
  expect(spearman([1, 2, 3], [10, 20, 30])).toBe(1);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBe(-1);
  // Ranks 0 1.5 1.5 3 and 0 1 2 3: 4.5 / sqrt(4.5 · 5).
  expect(spearman([1, 2, 2, 4], [1, 2, 3, 4])).toBeCloseTo(Math.sqrt(0.9), 12);
  expect(spearman([1, 1], [1, 2])).toBe(0);
});

test('the least net of a space is found as by looking at all of them', () => {
  const problem = problemOfSpace(space, { objectives: ['macs'], limits: {}, quality: () => 0 });
  let least = Infinity;
  const walk = (genotype: number[]): void => {
    if (genotype.length === space.genes.length) least = Math.min(least, problem.net(genotype)!.costs.macs);
    else for (let option = 0; option < space.genes[genotype.length]!.options; option++) walk([...genotype, option]);
  };
  walk([]);
  expect(leastOf(problem, 'macs', 3)!.costs.macs).toBe(least);
});
