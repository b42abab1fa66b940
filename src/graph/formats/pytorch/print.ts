// A net as one file of PyTorch: a module with timm's parameter names that runs unchanged and needs only torch.
import type { PytorchNode } from '../../../gpu-kernels/forms.ts';
import { ops } from '../../../gpu-kernels/ops/index.ts';
import { accounting } from '../../cost/cost.ts';
import type { GraphNode, InferredGraph, NodeFacts } from '../../ir/graph.ts';
import { lastUses } from '../../ir/reference.ts';
import { pytorchHelpers, type HelperName } from './helpers.ts';
import { Tree } from './tree.ts';

/** Longer expressions are not nested into one statement. */
const LINE = 100;
const variables = ['x', 'y', 'z', 'u', 'v', 'w', 'p', 'q', 'r', 's', 't'];

/**
 * The source of a Python file. The class `Net` takes the graph's inputs (pictures as [N, C, H, W]) and returns its outputs; its
 * parameters have the graph's names and shapes, so a state dict of timm loads.
 */
export function pytorchCode(graph: InferredGraph): string {
  const facts = (id: string): NodeFacts => graph.facts.get(id) as NodeFacts;
  const helpers = new Set<HelperName>(['Part']);
  const view = (node: GraphNode, x: PytorchNode['x'], at: PytorchNode['at']): PytorchNode => ({
    attrs: node.attrs,
    inputs: node.inputs.map((id) => facts(id).shape),
    output: facts(node.id).shape,
    params: node.params,
    x,
    at,
    use(helper) {
      helpers.add(helper);
      return helper;
    },
  });
  const unknown = (): never => {
    throw new RangeError('only expressions reach inputs and modules');
  };
  const leaves = new Map<string, string>();
  for (const node of graph.nodes) {
    for (const [path, call] of ops[node.op].pytorch.leaves?.(view(node, unknown, unknown)) ?? [])
      leaves.set(path, call);
  }
  const tree = new Tree(leaves);
  if (tree.holds) helpers.add('holding');
  const body = statements(graph, view, tree);
  const total = accounting(graph).total;
  const [first] = graph.inputs;
  const size = first === undefined ? '' : pythonSize(facts(first).shape);
  const names = Object.keys(pytorchHelpers) as HelperName[];
  const definitions = names.filter((name) => helpers.has(name)).map((name) => `\n\n${pytorchHelpers[name]}\n`);
  return `"""${graph.name.replace(/["\\\p{Cc}]/gu, ' ')}: ${total.params} parameters, ${total.macs.total} multiply-accumulates for an input of ${size}.

Written by Bottleneck for that input size. Parameter names are timm's, so its checkpoints load: net.load_state_dict(state)${
    helpers.has('relative_index')
      ? `
(with strict=False where a checkpoint also stores the index of the attention biases).`
      : '.'
  }
"""

import torch
from torch import nn
from torch.nn import functional as F
${definitions.join('')}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
${tree.print(8).join('\n') || '        pass'}

    def forward(self, ${inputNames(graph).join(', ')}):
${body.map((line) => (line === '' ? '' : `        ${line}`)).join('\n')}


if __name__ == "__main__":
    net = Net().eval()
    print(sum(p.numel() for p in net.parameters()), "parameters")
    with torch.no_grad():
        print(net(${graph.inputs.map((id) => `torch.zeros${pythonSize(facts(id).shape)}`).join(', ')}).shape)
`;
}

/** A shape in PyTorch's layout: `(1, 3, 224, 224)`. */
function pythonSize(shape: readonly number[]): string {
  const [batch, height, width, channels] = shape;
  return `(${(shape.length === 4 ? [batch, channels, height, width] : shape).join(', ')})`;
}

type View = (node: GraphNode, x: PytorchNode['x'], at: PytorchNode['at']) => PytorchNode;

/** The lines of `forward`: a chain of values that are used once becomes one statement; a variable is free again after its last use. */
function statements(graph: InferredGraph, view: View, tree: Tree): string[] {
  const uses = new Map<string, number>();
  for (const id of graph.nodes.flatMap(({ inputs }) => inputs)) uses.set(id, (uses.get(id) ?? 0) + 1);
  const lastUse = lastUses(graph);
  const lines: string[] = [];
  /** Value → the variable that holds it. */
  const held = new Map<string, string>();
  /** A value that stands inside the next statement instead of in a variable. */
  let nested: { readonly id: string; readonly text: string } | undefined;
  let group: { readonly path: string; readonly variable: string } | undefined;
  let origin = '';

  for (const [index, node] of graph.nodes.entries()) {
    if (node.op === 'input') {
      held.set(node.id, inputNames(graph)[graph.inputs.indexOf(node.id)] ?? 'x');
      continue;
    }
    if (originOf(node) !== origin) {
      origin = originOf(node);
      const path = commonPath(graph, node);
      group = path === '' ? undefined : { path, variable: 'block' };
      const last = graph.nodes.findLast((other) => originOf(other) === origin) ?? node;
      lines.push('', `# ${path || node.id}: ${(graph.facts.get(last.id) as NodeFacts).shape.slice(1).join(' x ')}`);
      if (group) lines.push(`block = ${tree.access(path)}`);
    }
    const inner = nested;
    nested = undefined;
    const x = (position = 0): string => {
      const id = node.inputs[position] ?? '';
      const value = inner?.id === id ? inner.text : held.get(id);
      if (value === undefined) throw new RangeError(`"${node.id}" reads "${id}", which is no earlier node`);
      return value;
    };
    const text = ops[node.op].pytorch.expression(view(node, x, (path) => tree.access(path, group)));
    const next = graph.nodes[index + 1];
    const once = uses.get(node.id) === 1 && !graph.outputs.includes(node.id);
    if (next && once && originOf(next) === origin && nestable(node, next) && text.length < LINE) {
      nested = { id: node.id, text };
      // What this node reads is read when the outer statement runs.
      for (const input of held.keys()) if (lastUse.get(input) === index) lastUse.set(input, index + 1);
      continue;
    }
    const [freed] = [...held].filter(([id]) => lastUse.get(id) === index);
    const taken = new Set(held.values());
    const variable = freed?.[1] ?? variables.find((name) => !taken.has(name)) ?? `x${taken.size}`;
    lines.push(`${variable} = ${text}`);
    for (const id of [...held.keys()]) if ((lastUse.get(id) ?? -1) <= index) held.delete(id);
    held.set(node.id, variable);
  }
  return [...lines, '', `return ${graph.outputs.map((id) => held.get(id)).join(', ')}`].slice(1);
}

const originOf = ({ block, repeat }: GraphNode): string => `${block} ${repeat}`;

const inputNames = (graph: InferredGraph): string[] =>
  graph.inputs.length === 1 ? ['x'] : graph.inputs.map((_, index) => `input${index}`);

/** A value may stand inside the next statement when that reads it once and puts a bracket around it. */
function nestable(node: GraphNode, next: GraphNode): boolean {
  const [inner, outer] = [ops[node.op].pytorch.nests, ops[next.op].pytorch.nests];
  const reads = next.inputs.length === 1 && next.inputs[0] === node.id;
  return reads && (inner === 'inside' || inner === 'both') && (outer === 'around' || outer === 'both');
}

/** The module path that all parameters of a block's repeat share; empty when it has fewer than two modules. */
function commonPath(graph: InferredGraph, { block, repeat }: GraphNode): string {
  const paths = graph.nodes
    .filter((node) => node.block === block && node.repeat === repeat)
    .flatMap((node) => Object.values(node.params).map((path) => path.split('.')));
  const [first = []] = paths;
  let length = 0;
  while (length < first.length - 2 && paths.every((path) => path[length] === first[length] && path.length > length + 1))
    length++;
  return new Set(paths.map((path) => path.slice(0, -1).join('.'))).size > 1 ? first.slice(0, length).join('.') : '';
}
