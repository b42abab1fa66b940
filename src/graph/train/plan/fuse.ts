// Neighbours that one kernel does together: a batch norm with the activation or sum behind it, and on the way back with their slopes.
import {
  batchMoments,
  isActivation,
  normalizeAnd,
  normBack,
} from '../../../gpu-kernels/kernels/training/batch-norm.ts';
import type { Activation, BatchNorm } from '../../../gpu-kernels/kernels/training/batch-norm.ts';
import type { Lowering, Operand } from '../../../gpu-kernels/kernels/training/lowering.ts';
import type { TrainGraph } from '../train-graph.ts';
import type { TrainNode, TrainNodes } from '../train-nodes.ts';
import type { Fusion } from './nodes-plan.ts';

/** Who reads each value. */
function readersOf(g: TrainNodes): Map<string, TrainNode[]> {
  const readers = new Map<string, TrainNode[]>();
  for (const node of g.nodes)
    for (const id of [...node.inputs, ...Object.values(node.params).filter((name) => g.standsIn(name))])
      readers.set(id, [...(readers.get(id) ?? []), node]);
  return readers;
}

const isBatchNorm = ({ formula, attrs }: TrainNode): boolean =>
  formula.name === 'normalize' && (attrs as { readonly over: string }).over === 'batch';

/** A norm's way back: the derivatives to its input, weight and bias from one upstream derivative. */
interface Back {
  readonly norm: TrainNode;
  readonly dy: string;
  readonly act?: Activation;
  readonly input?: string;
  readonly weight?: string;
  readonly bias?: string;
  /** The node at which all of it is lowered. */
  readonly at: string;
}

export function fuseNodes({ nodes: g, parameters, output, updates }: TrainGraph): Fusion {
  const readers = readersOf(g);
  const byId = new Map(g.nodes.map((node) => [node.id, node]));
  const asked = new Set([output, ...parameters.map(({ gradient }) => gradient), ...updates.map(({ value }) => value)]);
  const only = (id: string, count: number): readonly TrainNode[] | undefined =>
    !asked.has(id) && readers.get(id)?.length === count ? readers.get(id) : undefined;
  /** Norm → what its kernel does behind it. */
  const behind = new Map<string, TrainNode>();
  const done = new Set<string>();
  const backs = new Map<string, Back>();

  const join = (node: TrainNode, next: TrainNode): void => {
    behind.set(node.id, next);
    done.add(next.id);
  };
  /** What alone reads a norm: an activation, or a sum whose other side is there by then. */
  const forwardOnly = (node: TrainNode): TrainNode | undefined => {
    const next = only(node.id, 1)?.[0];
    if (!next || done.has(next.id) || asked.has(next.id) || next.inputs[0] === next.inputs[1]) return undefined;
    if (isActivation(next.formula.name)) return next;
    if (next.formula.name !== 'add') return undefined;
    const other = byId.get(next.inputs.find((id) => id !== node.id) as string) as TrainNode;
    const same = g.shape(other.id).join() === g.shape(node.id).join();
    return same && g.nodes.indexOf(other) < g.nodes.indexOf(node) ? next : undefined;
  };

  for (const node of g.nodes.filter(isBatchNorm)) {
    const own = readers.get(node.id) ?? [];
    const act = own.find(({ formula }) => isActivation(formula.name));
    const slope = own.find(({ formula, inputs }) => formula.name === 'slope' && inputs[1] === node.id);
    const [x] = node.inputs as [string];
    const parts = (readers.get(x) ?? []).filter(
      ({ formula, inputs }) =>
        /^norm_(input|weight)_gradient$/.test(formula.name) && inputs[1] === x && inputs[2] === node.inputs[1],
    );
    const dy = parts[0]?.inputs[0];
    const alone = forwardOnly(node);
    if (dy === undefined) {
      if (alone) join(node, alone);
      continue;
    }
    const channels = g.shape(x).at(-1) as number;
    const bias = readers
      .get(dy)
      ?.find(({ formula, id }) => formula.name === 'sum_to' && g.shape(id).length === 1 && g.shape(id)[0] === channels);
    const members = [...parts, ...(bias ? [bias] : [])];
    const source = byId.get(dy) as TrainNode;
    const through =
      slope && source === slope && act && only(node.id, 2) && only(dy, members.length) ? slope : undefined;
    if (through) done.add(through.id);
    if (act && through && only(node.id, 2)) join(node, act);
    else if (alone) join(node, alone);
    const named = (name: string): string | undefined => parts.find(({ formula }) => formula.name === name)?.id;
    const [input, weight] = [named('norm_input_gradient'), named('norm_weight_gradient')];
    for (const { id } of members) done.add(id);
    const at = (members.sort((a, b) => g.nodes.indexOf(a) - g.nodes.indexOf(b))[0] as TrainNode).id;
    backs.set(at, {
      norm: node,
      dy: through ? (through.inputs[0] as string) : dy,
      ...(through && act && { act: { op: act.formula.name, attrs: act.attrs } }),
      ...(input !== undefined && { input }),
      ...(weight !== undefined && { weight }),
      ...(bias && { bias: bias.id }),
      at,
    });
  }

  const normOf = (node: TrainNode, operand: (id: string) => Operand): BatchNorm => {
    const [x, mean, variance] = node.inputs.map(operand) as [Operand, Operand, Operand];
    const parameter = (name: string): Operand =>
      g.standsIn(name) ? operand(name) : { id: name, shape: [x.shape.at(-1) as number], state: true };
    const { weight, bias } = node.params as Record<'weight' | 'bias', string>;
    const { eps } = node.attrs as { readonly eps: number };
    return { x, mean, variance, weight: parameter(weight), bias: parameter(bias), eps };
  };

  return (l: Lowering, node: TrainNode, operand): boolean => {
    const back = backs.get(node.id);
    if (back) {
      const n = normOf(back.norm, operand);
      const vector = (id: string | undefined, hint: string): Operand =>
        id === undefined ? l.scratch(`${node.id}:${hint}`, n.weight.shape) : operand(id);
      normBack(
        l,
        n,
        operand(back.dy),
        {
          ...(back.input !== undefined && { input: operand(back.input) }),
          weight: vector(back.weight, 'weight'),
          bias: vector(back.bias, 'bias'),
        },
        back.act,
      );
      return true;
    }
    if (done.has(node.id)) return true;
    if (/^set_(mean|variance)$/.test(node.formula.name) && (node.attrs as { readonly over: string }).over === 'batch') {
      const x = operand(node.inputs[0] as string);
      const [mean, variance] = l.shared(`batch-moments:${x.id}`, () => {
        const shape = g.shape(node.id);
        const made = [l.scratch(`${x.id}:mean`, shape), l.scratch(`${x.id}:variance`, shape)] as const;
        batchMoments(l, x, ...made);
        return made;
      }) as readonly [Operand, Operand];
      l.alias(node.id, node.formula.name === 'set_mean' ? mean : variance);
      return true;
    }
    if (!isBatchNorm(node)) return false;
    const next = behind.get(node.id);
    const target = operand((next ?? node).id);
    if (next?.formula.name === 'add')
      normalizeAnd(
        l,
        normOf(node, operand),
        target,
        undefined,
        operand(next.inputs.find((id) => id !== node.id) as string),
      );
    else normalizeAnd(l, normOf(node, operand), target, next && { op: next.formula.name, attrs: next.attrs });
    return true;
  };
}
