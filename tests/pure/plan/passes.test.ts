// What each pass does to the steps of real nets: which nodes end up together, and that switching it off undoes just that.
import { describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import type { Step } from '../../../src/gpu-kernels/families/index.ts';
import { lower } from '../../../src/graph/lower/lower.ts';
import { makePlan, plainGpu, planSteps, plainSoftware } from '../../../src/graph/plan/make-plan.ts';
import { passes } from '../../../src/graph/lower/passes/index.ts';

const graphOf = (name: string, input?: number) => buildGraph(openPreset(name, { input }));
const stepsOf = (name: string, without: readonly string[] = [], keep: readonly string[] = []): readonly Step[] =>
  planSteps(graphOf(name), { caps: plainGpu, without, keep }).steps;
const stepOf = (steps: readonly Step[], node: string): Step => steps.find((step) => step.from.includes(node)) as Step;
const all = passes.map((pass) => pass.name);
const but = (...names: string[]): string[] => all.filter((name) => !names.includes(name));

describe('passes', () => {
  it('lose no node of the graph', () => {
    for (const name of [
      'mobilenetv2_100',
      'mobilenetv3_large_100',
      'efficientnet_b0',
      'mixnet_s',
      'mobilenetv4_hybrid_medium',
      'efficientformer_l1',
      'efficientformerv2_s0',
      't2t_vit_7',
      'mbv2_ca',
      'ssdlite_mobilenetv2_coco',
      'ssd_mobilenetv2_oid',
    ]) {
      const graph = graphOf(name);
      const computed = planSteps(graph, { caps: plainGpu })
        .steps.filter((step) => step.family !== 'performerSums')
        .flatMap((step) => step.from);
      const nodes = graph.nodes.filter((node) => node.op !== 'input').map((node) => node.id);
      // A prologue that several products share is computed by each of them.
      expect([...new Set(computed)].sort(), name).toEqual([...nodes].sort());
    }
  });

  it('fold-norms: a batch norm is gone into its convolution', () => {
    const [plain, folded] = [stepsOf('mobilenetv2_100', all), stepsOf('mobilenetv2_100', but('fold-norms'))];
    expect(stepOf(plain, 'bn1').from).toEqual(['bn1']);
    expect(stepOf(folded, 'bn1')).toMatchObject({ family: 'conv2d', from: ['conv_stem', 'bn1'], epilogue: [] });
    expect(plain.length - folded.length).toBe(52);
  });

  it('sink-norms: the norm before attention moves into the projections that read it', () => {
    const steps = stepsOf('mobilenetv4_hybrid_medium', but('fold-norms', 'sink-norms'));
    expect(
      steps.filter((step) => step.family === 'elementwise' && step.from.some((node) => node.endsWith('.norm'))),
    ).toEqual([]);
    const strided = steps.find(
      (step) => step.family === 'depthwise' && step.from.some((node) => node.endsWith('key.down_conv')),
    ) as Step;
    expect(strided.prologue.map((rider) => rider.kind)).toEqual(['channel', 'channel']);
  });

  it('merge-siblings: queries, keys and values are one product; downsampled keys and values share a depthwise', () => {
    const steps = stepsOf('mobilenetv4_hybrid_medium');
    const attentions = steps.filter((step) => step.family === 'attention');
    expect(attentions.length).toBe(8);
    const flat = attentions.find((step) => new Set(step.inputs.map((input) => input.id)).size === 1) as Step;
    expect(flat.attrs).toHaveProperty('layout', [
      { offset: 0, headStride: 64 },
      { offset: 256, headStride: 64 },
      { offset: 320, headStride: 64 },
    ]);
    const joint = stepOf(steps, 'blocks.2.4.attn.key.down_conv');
    expect(joint).toMatchObject({ family: 'depthwise', attrs: { repeat: 2 } });
    expect(joint.from).toContain('blocks.2.4.attn.value.down_conv');
  });

  it('average-heads: the distilled pair of EfficientFormer is one linear layer', () => {
    expect(stepsOf('efficientformer_l1').at(-1)?.from).toEqual(expect.arrayContaining(['head', 'head_dist']));
    expect(
      stepsOf('efficientformer_l1', ['average-heads']).filter((step) =>
        step.from.some((node) => node.startsWith('head')),
      ).length,
    ).toBe(2);
  });

  it('fuse-epilogues: activation and residual ride on the convolutions, pooling takes the whole token mixer', () => {
    const steps = stepsOf('mobilenetv2_100', but('fold-norms', 'fuse-epilogues'));
    expect(stepOf(steps, 'bn1.act').epilogue).toEqual([{ kind: 'unary', op: 'relu6', attrs: {} }]);
    expect(stepOf(steps, 'blocks.1.1.add')).toMatchObject({
      family: 'pointwise',
      from: ['blocks.1.1.conv_pwl', 'blocks.1.1.bn3', 'blocks.1.1.add'],
    });
    expect(stepOf(stepsOf('efficientformer_l1'), 'stages.0.blocks.0.add1').family).toBe('pool');
  });

  it('fuse-prologues: the squeeze-excite scale is applied by the projection', () => {
    const step = stepOf(stepsOf('efficientnet_b0', ['gate-into-product']), 'blocks.1.0.se');
    expect(step).toMatchObject({ family: 'pointwise', prologue: [{ kind: 'binary', op: 'mul' }] });
  });

  it('gate-into-product: a small gate is made where it is applied, a large one on its own', () => {
    const steps = stepsOf('efficientnet_b0');
    expect(stepOf(steps, 'blocks.1.0.se.conv_reduce')).toMatchObject({
      family: 'pointwise',
      from: expect.arrayContaining(['blocks.1.0.se.conv_expand', 'blocks.1.0.conv_pwl']) as unknown,
      prologue: [],
      attrs: { gate: { hidden: 4, pixels: 56 * 56 } },
    });
    expect(stepOf(steps, 'blocks.5.1.se.conv_reduce').family).toBe('gate');
  });

  it('expand-depthwise: an expansion in groups as well', () => {
    expect(stepOf(stepsOf('mixnet_s'), 'blocks.1.0.conv_dw')).toMatchObject({
      family: 'expandDepthwise',
      attrs: { groups: 2 },
    });
  });

  it('pool-into-head: the head convolution averages its own result', () => {
    const step = stepOf(stepsOf('mobilenetv2_100'), 'global_pool');
    expect(step.from).toContain('conv_head');
    expect(step.attrs).toHaveProperty('pool', 'mean');
  });

  it('keep a captured node in memory', () => {
    const kept = 'blocks.1.0.conv_dw';
    const steps = stepsOf('mobilenetv2_100', [], [kept]);
    expect(steps.some((step) => step.outputs.some((output) => output.id === kept))).toBe(true);
    const plan = makePlan(graphOf('mobilenetv2_100'), { caps: plainGpu, keep: [kept] });
    expect(plan.outputs.map((output) => output.node)).toEqual(['classifier', kept]);
  });

  it('refuse unknown names', () => {
    expect(() => stepsOf('mobilenetv2_100', ['fold-norm'])).toThrow(
      'no pass is called "fold-norm"; known: average-heads',
    );
    expect(() => makePlan(graphOf('mobilenetv2_100'), { caps: plainGpu, keep: ['nowhere'] })).toThrow(
      'no node is called "nowhere"',
    );
  });

  it('lower every node to one step without passes, on any device', () => {
    for (const caps of [plainGpu, plainSoftware]) {
      const graph = graphOf('efficientnet_b0', 64);
      const plan = makePlan(graph, { caps, without: all });
      expect(plan.dispatches.length).toBe(lower(graph).steps.length);
    }
  });
});
