// Plans and shaders as readable files: what a change of a pass or kernel does to real nets shows in the diff (renew with `npx vitest run -u`).
import { describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { makePlan, plainGpu, plainSoftware } from '../../../src/graph/plan/make-plan.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { passes } from '../../../src/graph/lower/passes/index.ts';
import { planRows } from '../../../src/graph/plan/print.ts';
import type { Plan } from '../../../src/graph/plan/plan.ts';

const file = (name: string): string => new URL(`golden/${name}`, import.meta.url).pathname;

const planText = (plan: Plan): string =>
  [
    `${plan.net} for ${plan.for}: ${plan.dispatches.length} dispatches, ${plan.modules.length} shaders`,
    `slots ${plan.slots.join(' ')} B; bound ${plan.activationLowerBound} B; weights ${plan.weightBytes} B`,
    ...planRows(plan).map((cells) => cells.join('  ')),
    '',
  ].join('\n');

const tiny = `input 3x32x32
act hswish
conv   k3 s2 c8
mbconv k3 s2 c12 e3 se0.25
uib    a3 k3 c12 e2
mqa    h2 d8 c12
conv   k1 c24
pool
linear c10
`;

function tinyGraph(): InferredGraph {
  const { graph, problems } = expand(parse(tiny).architecture, 'tiny');
  if (!graph) throw new Error(problems.map((problem) => problem.message).join('; '));
  return graph;
}

const targets = [
  ['gpu', plainGpu],
  ['software', plainSoftware],
] as const;

describe('golden plans', () => {
  for (const name of [
    'mobilenetv2_100',
    'mobilenetv3_large_100',
    'efficientnet_b0',
    'mobilenetv4_hybrid_medium',
    'efficientformer_l1',
    'mixnet_s',
  ]) {
    for (const [target, caps] of targets) {
      it(`${name} for ${target}`, async () => {
        await expect(planText(makePlan(buildGraph(openPreset(name)), { caps }))).toMatchFileSnapshot(
          file(`${name}.${target}.txt`),
        );
      });
    }
  }
});

describe('golden shaders', () => {
  for (const [target, caps] of targets) {
    for (const precision of ['f32', 'f16'] as const) {
      it(`of a net of every kind of block, for ${target} in ${precision}`, async () => {
        const plan = makePlan(tinyGraph(), { caps: { ...caps, f16: true }, precision });
        const text = plan.modules.map((wgsl, module) => {
          const user = plan.dispatches.find((dispatch) => dispatch.module === module);
          return `// ${user?.kernel ?? ''}: ${user?.from.join(', ') ?? ''}\n${wgsl}`;
        });
        await expect(text.join('\n')).toMatchFileSnapshot(file(`tiny.${target}.${precision}.wgsl`));
      });
    }
  }
});

describe('documentation', () => {
  it('lists the passes in their order', async () => {
    const lines = [
      '# Lowering passes',
      '',
      'In this order; made from `src/graph/lower/passes/index.ts`. `plan NAME --without PASS,…` switches passes off: the result changes by rounding only.',
      '',
      '| pass | what it does |',
      '| --- | --- |',
      ...passes.map(({ name, doc }) => `| \`${name}\` | ${doc} |`),
      '',
      'After them every step gets the first kernel that takes it (docs/kernels.md) and every value a place in a buffer (`src/graph/plan/slots.ts`).',
      '',
    ];
    await expect(lines.join('\n')).toMatchFileSnapshot(new URL('../../../docs/passes.md', import.meta.url).pathname);
  });
});
