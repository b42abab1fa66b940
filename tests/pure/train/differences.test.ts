// Every derivative against central differences. The references run in float64 here: they make their results as Float32Array, which
// stands for Float64Array while this file runs.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { input } from '../../../src/gpu-kernels/ops/input.ts';
import { isOpName, opNames, type OpName } from '../../../src/gpu-kernels/ops/index.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/shape.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { addGradients } from '../../../src/graph/train/backward.ts';
import { runNodes } from '../../../src/graph/train/run.ts';
import { TrainNodes } from '../../../src/graph/train/train-nodes.ts';
import { addForward } from '../../../src/graph/train/training-form.ts';
import { opCalls, type OpCall } from './op-cases.ts';

beforeAll(() => vi.stubGlobal('Float32Array', Float64Array));
afterAll(() => vi.unstubAllGlobals());

type Values = Map<string, Float32Array>;

/** Uniform in [low, low + 2): away from 0 where an op wants positive numbers. */
function random(name: string, shape: Shape, low = -1): Float32Array {
  const next = mulberry32(fnv1a(name));
  return Float32Array.from({ length: elements(shape) }, () => low + 2 * next());
}

function compare(op: OpName, { attrs = {}, inputs }: OpCall, trained: boolean): void {
  const builder = new GraphBuilder(op);
  const ids = inputs.map((shape, i) => builder.input(shape, `in${i}`));
  builder.add('y', op, attrs, ids);
  const graph = builder.graph();
  const g = new TrainNodes();
  addForward(g, graph, () => trained);
  const dy = g.addAs('dy', input, { shape: [...g.shape('y')] }, []);
  const params = graph.facts.get('y')?.params ?? [];
  const names = new Set(params.filter(({ role }) => !role.startsWith('running')).map(({ name }) => name));
  const found = addGradients(g, new Map([['y', dy]]), { parameter: (name) => names.has(name), inputs: new Set(ids) });
  const low = 'of' in attrs && ['log', 'sqrt', 'reciprocal'].includes(attrs.of as string) ? 0.5 : -1;
  const at: Values = new Map([
    ...inputs.map((shape, i): [string, Float32Array] => [`in${i}`, random(`${op} in${i}`, shape, low)]),
    ...params.map(({ role, name, shape }): [string, Float32Array] => [
      name,
      random(`${op} ${name}`, shape, role === 'running_var' ? 0.5 : -1),
    ]),
    ['dy', random(`${op} dy`, g.shape('y'))],
  ]);
  const loss = (moved: Values): number =>
    (runNodes(g, moved, ['y']).get('y') as Float32Array).reduce(
      (sum, y, i) => sum + y * (at.get('dy')?.[i] as number),
      0,
    );
  const gradients = new Map([...found.parameters, ...found.inputs]);
  expect([...gradients.keys()].sort()).toEqual([...ids, ...names].sort());
  const values = runNodes(g, at, gradients.values());
  for (const [name, id] of gradients) {
    const own = at.get(name) as Float32Array;
    const gradient = values.get(id) as Float32Array;
    expect(gradient, name).toHaveLength(own.length);
    for (const direction of ['a', 'b']) {
      const along = random(direction, [own.length]);
      const h = 1e-5;
      const moved = (by: number): Values =>
        new Map([...at, [name, own.map((value, i) => value + by * (along[i] as number))]]);
      const numeric = (loss(moved(h)) - loss(moved(-h))) / (2 * h);
      const exact = gradient.reduce((sum, slope, i) => sum + slope * (along[i] as number), 0);
      expect(Math.abs(exact - numeric), `${op}, ${name}: ${exact} against ${numeric}`).toBeLessThan(
        1e-7 * (1 + Math.abs(exact)),
      );
    }
  }
}

describe.each(opNames.filter((name) => name in opCalls))('%s', (name) => {
  test('keeps central differences', () => {
    if (!isOpName(name)) throw new Error(name);
    for (const call of opCalls[name as keyof typeof opCalls]) {
      compare(name, call, true);
      if (name === 'batch_norm' || name === 'evonorm_b0') compare(name, call, false);
    }
  });
});

test('every op but the sources and those with tables of their own has calls here', () => {
  expect(opNames.filter((name) => !(name in opCalls))).toEqual(['input', 'requantize', 'rearrange', 'log_mel']);
});

test('rearrange gives each element back what was taken from it', () => {
  const g = new TrainNodes();
  const builder = new GraphBuilder('rearrange');
  builder.add('y', 'rearrange', { shape: [1, 4] }, [builder.input([1, 3], 'in0')]);
  addForward(g, builder.graph(), () => true);
  const dy = g.addAs('dy', input, { shape: [1, 4] }, []);
  const { inputs } = addGradients(g, new Map([['y', dy]]), { parameter: () => false, inputs: new Set(['in0']) });
  const id = inputs.get('in0') as string;
  const given = new Map([
    ['in0', Float32Array.of(1, 2, 3)],
    ['dy', Float32Array.of(1, 10, 100, 1000)],
    ['y.index', Float32Array.of(2, -1, 2, 0)],
  ]);
  expect([...(runNodes(g, given, [id]).get(id) as Float32Array)]).toEqual([1000, 0, 101]);
});
