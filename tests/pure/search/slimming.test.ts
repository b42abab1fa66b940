import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { runReference } from '../../../src/graph/ir/reference.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { Noise } from '../../../src/graph/quant/compare.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { factorOf, inverseOf, solved } from '../../../src/graph/search/slimming/cholesky.ts';
import { wilsonInterval } from '../../../src/graph/search/slimming/interval.ts';
import { removalOf } from '../../../src/graph/search/slimming/removal.ts';
import { covarianceOf, Rows } from '../../../src/graph/search/slimming/samples.ts';
import { slimNet, SlimError } from '../../../src/graph/search/slimming/slim-net.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';

test('factor, solution and inverse of a matrix that is larger than a tile', () => {
  const size = 21;
  const draws = new Draws(1);
  const root = Float64Array.from({ length: size * size }, () => draws.normal());
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (let k = 0; k < size; k++) values[i * size + j]! += root[i * size + k]! * root[j * size + k]!;
  for (let i = 0; i < size; i++) values[i * size + i]! += 1;
  const factor = factorOf({ size, values });
  const inverse = inverseOf(factor).values;
  const column = Float64Array.from({ length: size }, (_, i) => i - 7);
  const x = column.slice();
  solved(factor, [x]);
  for (let i = 0; i < size; i++) {
    let [product, own] = [0, 0];
    for (let j = 0; j < size; j++) {
      product += values[i * size + j]! * x[j]!;
      own += inverse[i * size + j]! * column[j]!;
    }
    expect(product).toBeCloseTo(column[i]!, 8);
    expect(own).toBeCloseTo(x[i]!, 8);
  }
  expect(() => factorOf({ size: 2, values: Float64Array.of(1, 2, 2, 1) })).toThrow('not positive definite');
});

/** Samples of correlated channels of which the last one is the sum of the first two. */
function samples(size: number, count: number): Rows {
  const draws = new Draws(size);
  const rows = new Rows(size);
  for (let i = 0; i < count; i++) {
    const common = draws.normal();
    const row = Float32Array.from({ length: size }, () => 0.6 * common + draws.normal());
    row[size - 1] = row[0]! + row[1]!;
    rows.add(row, [0]);
  }
  return rows;
}

test('a channel that others make up for costs nothing; the errors are those of least squares', () => {
  const [size, outputs] = [40, 6];
  const rows = samples(size, 600);
  const draws = new Draws(5);
  const weight = Float32Array.from({ length: outputs * size }, () => draws.normal());
  const { order, errors } = removalOf([{ rows, weight, variance: 1 }], 16);
  // The sum, or one of the two that it is of.
  expect([0, 1, size - 1]).toContain(order[0]);
  expect(errors[1]! / errors[16]!).toBeLessThan(0.01);
  expect(new Set(order).size).toBe(16);
  // Σ of W·Cov·Wᵀ of what is left of the gone channels once the others have explained them.
  const gone = order.slice(0, 16);
  const left = Array.from({ length: size }, (_, c) => c).filter((c) => !gone.includes(c));
  const covariance = covarianceOf(rows, rows);
  const cov = (a: number, b: number): number => covariance[a * size + b]!;
  const factor = factorOf({
    size: left.length,
    values: Float64Array.from(left.flatMap((a) => left.map((b) => cov(a, b) + (a === b ? 1e-9 : 0)))),
  });
  let error = 0;
  for (let o = 0; o < outputs; o++) {
    const w = (c: number): number => weight[o * size + c]!;
    const cross = Float64Array.from(left, (a) => gone.reduce((sum, c) => sum + cov(a, c) * w(c), 0));
    const fit = cross.slice();
    solved(factor, [fit]);
    error += gone.reduce((sum, c) => sum + gone.reduce((own, d) => own + w(c) * cov(c, d) * w(d), 0), 0);
    error -= fit.reduce((sum, value, i) => sum + value * cross[i]!, 0);
  }
  expect(errors[16]! / error).toBeGreaterThan(0.97);
  expect(errors[16]! / error).toBeLessThan(1.1);
});

const text = `family efficientnet
input 3x32x32
act relu6

conv       k3 s2 c16
ds         k3    c16
mbconv x3  k3 s2 c24  e6
mbconv x2  k3 s2 c40  e4  se0.25
conv       k1    c64
pool
linear     c10
`;
const { architecture, graph } = check(text) as Required<ReturnType<typeof check>>;
/** Weights of which many channels can be had from others: rank, not width, is what the net uses. */
const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('slim', name, shape)]));
const pictures = (count: number, from: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) => {
    const draws = new Draws(77, from + i);
    const [a, b] = [draws.uniform(), draws.uniform()];
    return Float32Array.from(
      { length: 32 * 32 * 3 },
      (__, at) => Math.sin(a * (at % 97) + b * Math.floor(at / 97)) + 0.2 * draws.normal(),
    );
  });

test.each([
  [0.8, false],
  [0.5, false],
  [0.6, true],
])(
  'to %d of its MACs (blocks may go: %s): within a twentieth below, fitted nearer than cut, the original as it was',
  (to, withBlocks) => {
    const before = new Map([...params].map(([name, values]) => [name, values.slice()]));
    const calibration = pictures(12, 0);
    const found = slimNet({ architecture, graph, params }, calibration, { to, withBlocks });
    const whole = accounting(graph).total.macs.total;
    const left = accounting(found.graph).total.macs.total;
    expect(left).toBeLessThanOrEqual(to * whole);
    expect(left).toBeGreaterThanOrEqual(0.95 * to * whole);
    expect(check(found.text).graph?.nodes).toEqual(found.graph.nodes);
    expect(found.changes.length).toBeGreaterThan(0);
    if (!withBlocks) expect(found.graph.nodes).toHaveLength(graph.nodes.length);
    for (const { name, shape } of graphParams(found.graph))
      expect([name, found.params.get(name)?.length]).toEqual([name, shape.reduce((a, b) => a * b, 1)]);
    // Steps of NetAdapt: each cheaper than the one before, until what is left is filled up.
    const costs = found.steps.filter(({ kind }) => kind !== 'fill').map(({ cost }) => cost);
    for (const [i, cost] of costs.entries()) if (i > 0) expect(cost).toBeLessThan(costs[i - 1]!);
    const noise = { cut: new Noise(), fitted: new Noise() };
    for (const input of pictures(8, 100)) {
      const logits = (net: typeof graph, values: ReadonlyMap<string, Float32Array>): Float32Array =>
        runReference(net, values, input).get(net.outputs[0]!)!;
      const original = logits(graph, params);
      noise.cut.add(original, logits(found.graph, found.plain));
      noise.fitted.add(original, logits(found.graph, found.params));
    }
    expect(noise.fitted.sqnrDb).toBeGreaterThan(noise.cut.sqnrDb + 1.5);
    // Undo is the document and the weights that were there.
    expect(params).toEqual(before);
  },
);

test('a net without inverted bottlenecks, and one that cannot become that small, are told', () => {
  const plain = check('family efficientnet\ninput 3x16x16\nconv k3 s2 c16\npool\nlinear c10\n') as Required<
    ReturnType<typeof check>
  >;
  const own = new Map(graphParams(plain.graph).map(({ name, shape }) => [name, generateTensor('slim', name, shape)]));
  const inputs = [new Float32Array(16 * 16 * 3).fill(0.5)];
  expect(() => slimNet({ ...plain, params: own }, inputs, { to: 0.8, withBlocks: false })).toThrow(SlimError);
  expect(() => slimNet({ architecture, graph, params }, pictures(2, 0), { to: 0.1, withBlocks: false })).toThrow(
    /not further/,
  );
});

test('an interval of a share by hand', () => {
  // 8 of 10: (0.8 + 1.92073/10 ± 1.96·√(0.016 + 0.0096037))/1.384146.
  const [low, high] = wilsonInterval(8, 10);
  expect(low).toBeCloseTo(0.4902, 3);
  expect(high).toBeCloseTo(0.9433, 3);
  expect(wilsonInterval(32, 32)[1]).toBe(1);
});
