// What a dispatch's shader was specialised for and what it binds, in words.
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import { opWords } from '../../../graph/ir/op-words.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { Plan, PlanLife } from '../../../graph/plan/plan.ts';
import { bytes, grouped, shapeText } from '../../parts/format.ts';
import { sharedVariables, workgroupSize } from './wgsl.ts';

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface BoundBuffer {
  readonly binding: number;
  readonly access: 'reads' | 'writes' | 'constant';
  readonly what: string;
  readonly bytes: number;
}

export interface KernelFacts {
  readonly sizes: readonly Fact[];
  readonly buffers: readonly BoundBuffer[];
}

/** Facts of dispatch `index`. Nodes that the graph lacks are named without shapes. */
export function kernelFacts(plan: Plan, index: number, graph: InferredGraph): KernelFacts | undefined {
  const dispatch = plan.dispatches[index];
  if (!dispatch) return undefined;
  const wgsl = plan.modules[dispatch.module] ?? '';
  const inside = new Set(dispatch.from);
  const nodes = graph.nodes.filter(({ id }) => inside.has(id));
  const shape = (id: string): string => {
    const known = graph.facts.get(id)?.shape;
    return known ? shapeText(known) : id;
  };
  const read = [...new Set(nodes.flatMap(({ inputs }) => inputs.filter((id) => !inside.has(id))))];
  const written = plan.lives.filter(({ from }) => from === index);
  const size = workgroupSize(wgsl);
  const groups = dispatch.workgroups;
  const count = groups.reduce((product, length) => product * length, 1);
  const users = plan.dispatches.filter(({ module }) => module === dispatch.module).length;
  const shared = sharedVariables(wgsl);
  const fused = nodes.map((node) => opText(opWords(graph, node), node.attrs)).join(' → ');
  return {
    sizes: [
      { label: 'Computes', text: fused },
      { label: 'Sizes', text: `${read.map(shape).join(', ')} → ${shape(dispatch.from.at(-1) ?? '')}` },
      {
        label: 'Grid',
        text: `${groups.join(' × ')} workgroups${size ? ` of ${size.filter((length) => length > 1).join(' × ') || '1'} = ${grouped(count * size[0] * size[1] * size[2])} invocations` : ''}`,
      },
      ...(shared.length > 0
        ? [{ label: 'Workgroup memory', text: shared.map(({ name, type }) => `${name}: ${type}`).join(', ') }]
        : []),
      { label: 'Work', text: `${grouped(Math.round(dispatch.macs))} MACs, ${bytes(dispatch.bytes)} moved` },
      { label: 'Storage', text: `${plan.precision}${users > 1 ? `, one shader for ${users} dispatches` : ''}` },
    ],
    buffers: dispatch.bindings.map((binding, position): BoundBuffer => {
      if ('weight' in binding) {
        const weight = plan.weights[binding.weight];
        const names = weight ? [...new Set(weight.sources.flatMap(parameters))] : [];
        return {
          binding: position,
          access: 'constant',
          what: names.join(', ') || 'constant',
          bytes: weight?.bytes ?? 0,
        };
      }
      const here = ({ slot, offset }: PlanLife): boolean => slot === binding.slot && offset === binding.offset;
      const life = binding.write ? written.find(here) : plan.lives.find((value) => here(value) && alive(value, index));
      return {
        binding: position,
        access: binding.write ? 'writes' : 'reads',
        what: `${life?.value ?? 'value'} in buffer ${binding.slot}`,
        bytes: binding.bytes,
      };
    }),
  };
}

const alive = ({ from, to }: PlanLife, index: number): boolean => from < index && index <= to;

/** State-dict names of the tensors that a constant is made from. */
function parameters(expr: WeightExpr): string[] {
  switch (expr.kind) {
    case 'param':
      return [expr.name];
    case 'zeros':
    case 'mel':
      return [];
    case 'normScale':
      return [...parameters(expr.gamma), ...parameters(expr.variance)];
    case 'mul':
    case 'add':
    case 'sub':
    case 'contract':
      return [...parameters(expr.a), ...parameters(expr.b)];
    case 'concat':
      return expr.parts.flatMap(parameters);
    case 'scale':
    case 'sqrt':
    case 'reshape':
    case 'transpose':
    case 'gather':
      return parameters(expr.a);
  }
}

/** `depthwise 3×3 (kernel 3×3, stride 2×2)`: the attributes that are plain numbers or lists of them. */
function opText(op: string, attrs: unknown): string {
  const listed = Object.entries((attrs ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, value]) => {
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return [`${key} ${value.join('×')}`];
    return typeof value === 'number' || typeof value === 'string' ? [`${key} ${value}`] : [];
  });
  return listed.length > 0 ? `${op} (${listed.join(', ')})` : op;
}
