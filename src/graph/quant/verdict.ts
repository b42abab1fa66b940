// The verdict: what float32, float16 and int8 cost and give for one net on one device, side by side, and why int8 is slower where it is.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import type { InferredGraph } from '../ir/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { agreementOf, type Agreement } from './compare.ts';

export type Arithmetic = 'float32' | 'float16' | 'int8';

/** One net in one arithmetic, measured on the device. */
export interface ArithmeticRun {
  readonly arithmetic: Arithmetic;
  readonly plan: Plan;
  /** Milliseconds of each dispatch, in plan order. */
  readonly dispatchMs: readonly number[];
  /** Milliseconds of all dispatches in one pass. */
  readonly totalMs: number;
  /** Milliseconds from input in JS to logits in JS. */
  readonly latencyMs: number;
  /** Bytes of the parameters as a file stores them. */
  readonly fileBytes: number;
  /** Picture by picture, the same pictures in each arithmetic. */
  readonly logits: readonly Float32Array[];
}

export interface VerdictColumn {
  readonly arithmetic: Arithmetic;
  readonly fileBytes: number;
  /** Weights on the device, packed for its kernels. */
  readonly weightBytes: number;
  /** All activation buffers; they live as long as the net, so this is their peak. */
  readonly activationBytes: number;
  /** Weights and activations together. */
  readonly peakBytes: number;
  readonly totalMs: number;
  readonly latencyMs: number;
  readonly dispatches: number;
  /** Against float32; undefined for float32 itself and without pictures. */
  readonly agreement: Agreement | undefined;
}

/** Nodes that no arithmetic's plan takes apart: the finest rows in which all plans can be compared. */
export interface VerdictLayer {
  /** The node with most of the work, and what it is: `depthwise`, `pointwise`, `conv2d`, … */
  readonly node: string;
  readonly kind: string;
  readonly nodes: readonly string[];
  /** Milliseconds in each arithmetic that was measured. */
  readonly ms: Readonly<Partial<Record<Arithmetic, number>>>;
}

export interface Verdict {
  /** float32, float16 where the device has it, int8. */
  readonly columns: readonly VerdictColumn[];
  /** In the net's order. */
  readonly layers: readonly VerdictLayer[];
  /** Milliseconds that int8 spends on turning floats into bytes and back; part of the layers. */
  readonly borderMs: number;
  /** int8 time over the time of the fastest float arithmetic. */
  readonly ratio: number;
  /** Whether int8 is faster here, by how much, and where it is slower why. */
  readonly sentence: string;
}

/** Ratios this near to 1 count as equal: one measurement differs from the next by as much. */
const tie = 0.05;

const kernelKind = (kernel: string): string =>
  (kernel.split('/')[0] as string).replace(/^int8(.)/, (_, first: string) => first.toLowerCase());

const isBorder = (kernel: string): boolean => /^(de)?quantize\//.test(kernel);

/**
 * Throws RangeError unless float32 and int8 are among the runs.
 */
export function verdictOf(
  graph: Pick<InferredGraph, 'nodes' | 'facts'>,
  runs: readonly ArithmeticRun[],
  device: Pick<Capabilities, 'software' | 'packedDot'>,
): Verdict {
  const [float32, int8] = (['float32', 'int8'] as const).map((name) =>
    runs.find(({ arithmetic }) => arithmetic === name),
  );
  if (!float32 || !int8) throw new RangeError('a verdict needs a float32 and an int8 run');
  const columns = runs.map((run): VerdictColumn => {
    const { weightBytes, activationBytes, dispatches } = run.plan;
    return {
      arithmetic: run.arithmetic,
      fileBytes: run.fileBytes,
      weightBytes,
      activationBytes,
      peakBytes: weightBytes + activationBytes,
      totalMs: run.totalMs,
      latencyMs: run.latencyMs,
      dispatches: dispatches.length,
      agreement: run === float32 || run.logits.length === 0 ? undefined : agreementOf(float32.logits, run.logits),
    };
  });
  const layers = layersOf(graph, runs, int8);
  const borderMs = int8.plan.dispatches.reduce(
    (sum, { kernel }, i) => sum + (isBorder(kernel) ? (int8.dispatchMs[i] as number) : 0),
    0,
  );
  const best = runs.filter((run) => run !== int8).reduce((a, b) => (b.totalMs < a.totalMs ? b : a));
  const ratio = int8.totalMs / best.totalMs;
  return { columns, layers, borderMs, ratio, sentence: sentenceOf(int8, best, layers, borderMs, device) };
}

/** Nodes that share a dispatch in any plan belong to one row (union-find over the graph's order). */
function layersOf(
  graph: Pick<InferredGraph, 'nodes' | 'facts'>,
  runs: readonly ArithmeticRun[],
  int8: ArithmeticRun,
): VerdictLayer[] {
  const order = new Map(graph.nodes.map(({ id }, i) => [id, i]));
  const parent = graph.nodes.map((_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at] as number] as number;
    return at;
  };
  const placeOf = (id: string): number => order.get(id) ?? 0;
  for (const { plan } of runs)
    for (const { from } of plan.dispatches)
      for (const id of from) {
        const [a, b] = [rootOf(placeOf(from[0] as string)), rootOf(placeOf(id))];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
  const times = new Map<number, Partial<Record<Arithmetic, number>>>();
  for (const { arithmetic, plan, dispatchMs } of runs)
    plan.dispatches.forEach(({ from }, i) => {
      const root = rootOf(placeOf(from[0] as string));
      const ms = times.get(root) ?? {};
      times.set(root, { ...ms, [arithmetic]: (ms[arithmetic] ?? 0) + (dispatchMs[i] as number) });
    });
  const kinds = new Map<string, string>();
  for (const { kernel, from } of int8.plan.dispatches)
    if (!isBorder(kernel)) for (const id of from) kinds.set(id, kernelKind(kernel));
  const macs = (id: string): number => graph.facts.get(id)?.macs ?? 0;
  return [...times]
    .sort(([a], [b]) => a - b)
    .map(([root, ms]) => {
      const nodes = graph.nodes.filter((_, i) => rootOf(i) === root).map(({ id }) => id);
      const node = nodes.reduce((most, id) => (macs(id) > macs(most) ? id : most));
      // A linear layer runs on the pointwise kernel; in the net it is none.
      const linear = graph.nodes.find(({ id }) => id === node)?.op === 'linear';
      return { node, kind: linear ? 'linear' : (kinds.get(node) ?? ''), nodes, ms };
    });
}

const ms = (value: number): string => `${value.toPrecision(3)} ms`;

function sentenceOf(
  int8: ArithmeticRun,
  float: ArithmeticRun,
  layers: readonly VerdictLayer[],
  borderMs: number,
  { software, packedDot }: Pick<Capabilities, 'software' | 'packedDot'>,
): string {
  const ratio = int8.totalMs / float.totalMs;
  const times = `${ms(int8.totalMs)} against ${ms(float.totalMs)}`;
  if (ratio < 1 - tie) return `int8 is ${(1 / ratio).toFixed(2)} times as fast as ${float.arithmetic} here: ${times}.`;
  if (ratio <= 1 + tie)
    return `int8 is as fast as ${float.arithmetic} here: ${times}. What it buys is a smaller file and less memory.`;
  const reasons: string[] = [];
  if (!packedDot)
    reasons.push(
      'this browser has no packed 8-bit dot product (packed_4x8_integer_dot_product), so each word is taken apart',
    );
  if (software)
    reasons.push(
      packedDot
        ? 'this adapter is a CPU, which runs the packed 8-bit dot product in software'
        : 'this adapter is a CPU: its times say nothing about a GPU',
    );
  const lost = new Map<string, number>();
  for (const { kind, ms: own } of layers)
    lost.set(kind, (lost.get(kind) ?? 0) + (own.int8 ?? 0) - (own[float.arithmetic] ?? 0));
  const [worst] = [...lost].sort(([, a], [, b]) => b - a);
  if (worst && worst[1] > 0) {
    const why =
      worst[0] === 'depthwise' ? ', which have no dot product to gain from and must rescale every result' : '';
    reasons.push(`${ms(worst[1])} go to the ${worst[0]} layers${why}`);
  }
  const loss = ({ ms: own }: VerdictLayer): number => (own.int8 ?? 0) - (own[float.arithmetic] ?? 0);
  const slowest = layers.reduce<VerdictLayer | undefined>((a, b) => (a && loss(a) >= loss(b) ? a : b), undefined);
  if (slowest && loss(slowest) > 0)
    reasons.push(
      `most of all ${slowest.node} (${slowest.kind}): ${ms(slowest.ms[float.arithmetic] ?? 0)} become ${ms(slowest.ms.int8 ?? 0)}`,
    );
  if (borderMs > 0.05 * int8.totalMs) reasons.push(`turning floats into bytes and back takes ${ms(borderMs)}`);
  return `int8 is ${ratio.toFixed(2)} times as slow as ${float.arithmetic} here (${times}): ${reasons.join('; ') || 'its launches cost more than the bytes save'}.`;
}
