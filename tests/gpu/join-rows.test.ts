// Boxes and scores of several maps, written straight into their joined results, are those that joining by copies gives.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expand } from '../../src/graph/blocks/expand.ts';
import { jointRows, productRows, rowsInPlace } from '../../src/graph/lower/passes/join-rows.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { parse } from '../../src/graph/notation/parse.ts';
import { planSteps } from '../../src/graph/plan/make-plan.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { executeGraph } from '../../src/workers/engine/execute.ts';
import { gpu } from './rig.ts';
import { netFrom } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const detector = (head: string): string => `input 3x20x20
act relu6
task detect
conv      k3 s4 c8   as=a
conv      k3 s2 c12  as=b
part      extra
conv      k3 s2 c6   as=c
part      head
ssd       ${head} from=a,b,c out=boxes,scores
`;

describe.each([
  // Rows of 5 scores are stored as 8.
  ['depthwise predictors', 'k3 n5 r2.3', 0],
  ['one product a map for both', 'k1 n5 r2.3', 3],
  ['3 × 3 products, boxes with points', 'k3 n1 dense code8 an2.3.1', 3],
] as const)('%s', (_, head, fewerProducts) => {
  const { graph, problems } = expand(parse(detector(head)).architecture, 'rows');
  if (!graph) throw new Error(problems.map(({ message }) => message).join('; '));
  const net = netFrom(graph);
  const expected = runReference(graph, net.params, net.input);
  const passes = [productRows, jointRows, rowsInPlace].map(({ name }) => name);

  it('takes no copy of rows', () => {
    const families = (without: readonly string[]): readonly string[] =>
      planSteps(graph, { caps: open.capabilities, without }).steps.map(({ family }) => family);
    const [with_, without] = [families([]), families(passes)];
    expect(with_.filter((family) => family === 'reshape' || family === 'concat')).toEqual([]);
    expect(with_.filter((family) => family === 'slice')).toHaveLength(fewerProducts > 0 ? 2 : 0);
    const moves = without.filter((family) => family === 'reshape' || family === 'concat').length;
    expect(without.length - with_.length).toBe(moves + fewerProducts - (fewerProducts > 0 ? 2 : 0));
  });

  it.each([
    ['a GPU', false],
    ['a CPU adapter', true],
  ])('gives the reference’s values on %s', async (_target, software) => {
    const device = { ...open, capabilities: { ...open.capabilities, software } };
    const found = await executeGraph(device, net.graph, net.params, [net.input]);
    for (const node of graph.outputs) {
      const wanted = expected.get(node) as Float32Array;
      const scale = Math.max(...wanted.map(Math.abs));
      const values = found.get(node) as Float32Array;
      expect(values.length).toBe(wanted.length);
      expect(Math.max(...wanted.map((x, i) => Math.abs(x - (values[i] as number)))) / scale).toBeLessThan(1e-5);
    }
  });
});
