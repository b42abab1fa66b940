// What a training graph holds and what it leaves out: no derivative below the first trained layer, none that nobody asked for.
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { mulberry32 } from '../../../src/graph/random.ts';
import { trainGraph, trainableParameters, type TrainOptions } from '../../../src/graph/train/train-graph.ts';
import { CpuTrainer } from '../../../src/graph/train/trainer.ts';

const text = (norm: string): string =>
  `input 3x16x16\nact relu6\n${norm}\n\nconv k3 s2 c8\nds k3 c8\nmbconv k3 s2 c8 e2\npool\nlinear c4\n`;

function net(norm = '', batch = 3) {
  const parsed = parse(text(norm));
  const { graph, problems } = expand(parsed.architecture, 'small');
  expect(parsed.problems).toEqual([]);
  if (!graph) throw new Error(problems.map(({ message }) => message).join());
  return withBatch(graph, batch);
}

const loss: TrainOptions['loss'] = { name: 'ce', label_smoothing: 0 };
const count = (options: Partial<TrainOptions>): Record<string, number> => {
  const names = trainGraph(net(), { loss, ...options }).nodes.nodes.map(({ formula }) => formula.name);
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]));
};

function start(graph: ReturnType<typeof net>): Map<string, Float32Array> {
  const next = mulberry32(1);
  return new Map(
    [...graph.facts.values()].flatMap(({ params }) =>
      params.map(({ name, shape }): [string, Float32Array] => {
        const size = shape.reduce((a, b) => a * b, 1);
        const offset = shape.length === 1 && !name.endsWith('bias') && !name.endsWith('mean') ? 1 : 0;
        return [name, Float32Array.from({ length: size }, () => offset + 0.6 * (next() - 0.5))];
      }),
    ),
  );
}

test('the stem gets no input gradient, and every trained parameter one derivative', () => {
  const graph = net();
  const train = trainGraph(graph, { loss });
  expect(train.parameters.map(({ name }) => name)).toEqual([...trainableParameters(graph).keys()]);
  const all = count({});
  expect(all.conv2d).toBe(6);
  expect(all.conv2d_weight_gradient).toBe(6);
  expect(all.conv2d_input_gradient).toBe(5);
  expect(count({ inputGradient: true }).conv2d_input_gradient).toBe(6);
});

test('below the first trained layer there is nothing, and its norms keep their statistics', () => {
  expect(count({ trainable: ['classifier'] })).not.toHaveProperty('conv2d_input_gradient');
  expect(count({ trainable: ['classifier'] })).not.toHaveProperty('normalize');
  const last = count({ trainable: ['blocks.1', 'classifier'] });
  expect(last).toMatchObject({
    conv2d: 6,
    conv2d_weight_gradient: 3,
    conv2d_input_gradient: 2,
    normalize: 3,
    batch_norm: 3,
  });
  expect(count({ norm: 'frozen' })).not.toHaveProperty('normalize');
});

test('a net without one row of outputs a picture is refused', () => {
  const { graph } = expand(parse('input 3x16x16\n\nconv k3 c4\n').architecture, 'map');
  expect(() => trainGraph(graph as NonNullable<typeof graph>, { loss })).toThrow(/only nets with one row of outputs/);
});

test('EvoNorm-S0 trains a picture alone: its output and gradient do not change with its batch-mates', () => {
  const picture = (seed: number): number[] => {
    const next = mulberry32(seed);
    return Array.from({ length: 3 * 16 * 16 }, () => 2 * next() - 1);
  };
  const gradientOf = (norm: string, mate: number): string => {
    const graph = net(norm, 2);
    // A sum of row losses: that of the other row does not scale this one's.
    const trainer = new CpuTrainer(trainGraph(graph, { loss, inputGradient: true }), start(graph), {
      optimizer: { name: 'sgd', momentum: 0, nesterov: false, weight_decay: 0, decay: 'all' },
    });
    const { inputGradient, output } = trainer.step(
      Float32Array.of(...picture(1), ...picture(mate)),
      { label: [1, 2] },
      0.1,
    );
    return [...(inputGradient ?? []).slice(0, 3 * 16 * 16), ...output.slice(0, 4)].join();
  };
  expect(gradientOf('norm evonorms0', 2) === gradientOf('norm evonorms0', 3)).toBe(true);
  expect(gradientOf('', 2) === gradientOf('', 3)).toBe(false);
});

test('steps make the loss smaller; one that is not finite changes nothing', () => {
  const graph = net();
  const run = (steps: number) => {
    const trainer = new CpuTrainer(trainGraph(graph, { loss }), start(graph), {
      optimizer: { name: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, decay: 'all' },
    });
    const next = mulberry32(7);
    const input = Float32Array.from({ length: 3 * 3 * 16 * 16 }, () => 2 * next() - 1);
    const losses = Array.from({ length: steps }, () => trainer.step(input, { label: [0, 1, 2] }, 0.01).loss);
    return { trainer, losses, input };
  };
  const { trainer, losses, input } = run(8);
  expect(losses[7]).toBeLessThan(0.7 * (losses[0] as number));
  expect(run(8).losses).toEqual(losses);
  const before = new Map([...trainer.state].map(([name, values]) => [name, values.slice()]));
  expect(trainer.step(input.fill(NaN), { label: [0, 1, 2] }, 0.01).skipped).toBe(true);
  expect(trainer.state).toEqual(before);
});
