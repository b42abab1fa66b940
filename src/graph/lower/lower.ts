// The 1:1 lowering: every node of the graph becomes one step (a reshape none), with weights as expressions over the checkpoint.
import { ops } from '../../gpu-kernels/ops/index.ts';
import type { Value } from '../../gpu-kernels/step.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import { lowerNode } from './rules.ts';
import { channels, type NamedValue, type StepProgram } from './steps.ts';

/**
 * Steps of a graph in its own order. `keep`: nodes whose activations must come back besides the outputs.
 * Throws LoweringError for an op without a rule, RangeError for an unknown name in `keep`.
 */
export function lower(graph: InferredGraph, keep: readonly string[] = []): StepProgram {
  const values = new Map<string, Value>();
  const steps: Step[] = [];
  const inputs: NamedValue[] = [];
  // Steps made so far by value id, for nodes that are only another view of it.
  const makers = new Map<string, number>();
  for (const node of graph.nodes) {
    const shape = factsOf(graph, node).shape;
    if (node.op === 'input') {
      const value: Value = { id: node.id, shape, type: 'f32' };
      values.set(node.id, value);
      inputs.push({ node: node.id, value });
      continue;
    }
    const operands = node.inputs.map((id) => values.get(id) as Value);
    const alias = ops[node.op].alias ? storedAlike(operands[0] as Value, shape) : undefined;
    if (alias) {
      values.set(node.id, alias);
      const maker = makers.get(alias.id);
      if (maker !== undefined) {
        const step = steps[maker] as Step;
        steps[maker] = { ...step, from: [...step.from, node.id] };
      }
      continue;
    }
    for (const step of lowerNode(graph, node, operands)) {
      steps.push(step);
      for (const output of step.outputs) makers.set(output.id, steps.length - 1);
    }
    const last = (steps.at(-1) as Step).outputs[0] as Value;
    values.set(node.id, { ...last, shape });
  }
  const find = (id: string): NamedValue => {
    const value = values.get(id);
    if (!value) throw new RangeError(`no node is called "${id}"`);
    return { node: id, value };
  };
  const wanted = [...new Set([...graph.outputs, ...keep])].map(find);
  return inFloat({ steps, inputs, outputs: wanted });
}

const factsOf = (graph: InferredGraph, node: GraphNode) =>
  graph.facts.get(node.id) as NonNullable<ReturnType<InferredGraph['facts']['get']>>;

/** The same bytes in another shape: the channel and the number of rows stay. */
function storedAlike(value: Value, shape: readonly number[]): Value | undefined {
  const rows = (s: readonly number[]): number => s.slice(0, -1).reduce((a, b) => a * b, 1);
  return channels(value.shape) === channels(shape) && rows(value.shape) === rows(shape)
    ? { ...value, shape }
    : undefined;
}

/** The graph's outputs are stored in f32 whatever the plan's precision. */
function inFloat(program: StepProgram): StepProgram {
  const final = new Set(program.outputs.map(({ value }) => value.id));
  const typed = (value: Value): Value => (final.has(value.id) ? { ...value, type: 'f32' } : value);
  return {
    ...program,
    steps: program.steps.map((step) => ({ ...step, inputs: step.inputs.map(typed), outputs: step.outputs.map(typed) })),
    outputs: program.outputs.map(({ node, value }) => ({ node, value: typed(value) })),
  };
}
