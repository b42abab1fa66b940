// Runs a whole net on the CPU with every op's own reference: the oracle that kernels, plans and golden records are held against.
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import type { GraphNode, InferredGraph, Params } from './graph.ts';

export interface ReferenceOptions {
  /** Ids of nodes whose outputs come back besides the graph's outputs. */
  readonly keep?: Iterable<string>;
  /** Called after each node: progress, or a look at a value that is not kept. The array must not be changed. */
  readonly onNode?: (node: GraphNode, output: Float32Array, index: number) => void;
  /** Values that later nodes read instead of the ones computed here: another device's, so that its errors are judged layer by layer. */
  readonly given?: ReadonlyMap<string, Float32Array>;
  /** Checked before each node; throws {@link ReferenceAborted}. */
  readonly signal?: { readonly aborted: boolean };
}

export class ReferenceAborted extends Error {
  constructor() {
    super('the CPU reference was stopped');
    this.name = 'ReferenceAborted';
  }
}

/** Node id → index of the last node that reads it; `nodes.length` for values that live to the end. */
export function lastUses(
  graph: Pick<InferredGraph, 'nodes' | 'outputs'>,
  keep: Iterable<string> = [],
): Map<string, number> {
  const last = new Map<string, number>();
  graph.nodes.forEach((node, index) => {
    last.set(node.id, index);
    for (const input of node.inputs) last.set(input, index);
  });
  for (const id of [...graph.outputs, ...keep]) last.set(id, graph.nodes.length);
  return last;
}

/**
 * Outputs of the graph's result nodes and of `keep`, by node id, each in its node's own layout (channel last).
 * `input`: the picture as NHWC, or one array per input node by id. Values are dropped after their last reader.
 * Throws RangeError when an input or a parameter is missing or of the wrong length.
 */
export function runReference(
  graph: InferredGraph,
  params: Params,
  input: Float32Array | ReadonlyMap<string, Float32Array>,
  options: ReferenceOptions = {},
): Map<string, Float32Array> {
  const keep = [...(options.keep ?? [])];
  for (const id of keep) if (!graph.facts.has(id)) throw new RangeError(`no node is called "${id}"`);
  const last = lastUses(graph, keep);
  const endingAt: string[][] = graph.nodes.map(() => []);
  for (const [id, index] of last) endingAt[index]?.push(id);
  const values = new Map<string, Float32Array>();
  graph.nodes.forEach((node, index) => {
    if (options.signal?.aborted) throw new ReferenceAborted();
    const output = node.op === 'input' ? inputOf(graph, node, input) : evaluate(graph, node, params, values);
    values.set(node.id, options.given?.get(node.id) ?? output);
    options.onNode?.(node, output, index);
    for (const id of endingAt[index] as string[]) values.delete(id);
  });
  return values;
}

function inputOf(
  graph: InferredGraph,
  node: GraphNode,
  input: Float32Array | ReadonlyMap<string, Float32Array>,
): Float32Array {
  const given = input instanceof Float32Array ? (graph.inputs.length === 1 ? input : undefined) : input.get(node.id);
  if (!given) throw new RangeError(`input "${node.id}" is not given; the net reads ${graph.inputs.join(', ')}`);
  checkLength(`input "${node.id}"`, given, shapeOf(graph, node.id));
  return given;
}

/** Output of one node from those of its inputs. Throws RangeError as {@link runReference}. */
export function evaluate(
  graph: InferredGraph,
  node: GraphNode,
  params: Params,
  values: ReadonlyMap<string, Float32Array>,
): Float32Array {
  const own: Record<string, Float32Array> = {};
  for (const { role, name, shape } of graph.facts.get(node.id)?.params ?? []) {
    const tensor = params.get(name);
    if (!tensor) throw new RangeError(`parameter "${name}" is missing`);
    checkLength(`parameter "${name}"`, tensor, shape);
    own[role] = tensor;
  }
  const signature = {
    inputs: node.inputs.map((id) => shapeOf(graph, id)),
    output: shapeOf(graph, node.id),
    attrs: node.attrs,
  };
  return ops[node.op].reference(
    node.inputs.map((id) => values.get(id) as Float32Array),
    own,
    signature,
  );
}

function shapeOf(graph: InferredGraph, id: string): Shape {
  const facts = graph.facts.get(id);
  if (!facts) throw new RangeError(`no node is called "${id}"`);
  return facts.shape;
}

function checkLength(what: string, values: Float32Array, shape: Shape): void {
  if (values.length !== elements(shape)) {
    throw new RangeError(`${what} has ${values.length} values; [${shape.join(', ')}] needs ${elements(shape)}`);
  }
}

/** `[N, C, H, W]` → `[N, H, W, C]`; `shape` is the NHWC shape of the result. */
export function nchwToNhwc(values: Float32Array, shape: Shape): Float32Array {
  return swapChannels(values, shape, true);
}

/** `[N, H, W, C]` → `[N, C, H, W]`; `shape` is the NHWC shape of the argument. */
export function nhwcToNchw(values: Float32Array, shape: Shape): Float32Array {
  return swapChannels(values, shape, false);
}

function swapChannels(values: Float32Array, shape: Shape, channelsFirst: boolean): Float32Array {
  const [batch, height, width, channels] = shape as readonly [number, number, number, number];
  const area = height * width;
  const result = new Float32Array(values.length);
  for (let n = 0; n < batch; n++) {
    const base = n * area * channels;
    for (let pixel = 0; pixel < area; pixel++)
      for (let c = 0; c < channels; c++) {
        const last = base + pixel * channels + c;
        const first = base + c * area + pixel;
        if (channelsFirst) result[last] = values[first] as number;
        else result[first] = values[last] as number;
      }
  }
  return result;
}

/**
 * First node, in graph order, whose values differ by more than `tolerance` standard deviations of the expected ones.
 * Compares the nodes that both maps hold; NaN differs from everything.
 */
export function firstDifference(
  graph: InferredGraph,
  expected: ReadonlyMap<string, Float32Array>,
  actual: ReadonlyMap<string, Float32Array>,
  tolerance = 1e-3,
): { node: string; index: number; expected: number; actual: number; relative: number } | undefined {
  for (const { id } of graph.nodes) {
    const want = expected.get(id);
    const got = actual.get(id);
    if (!want || !got) continue;
    const { std } = spread(want);
    for (let i = 0; i < want.length; i++) {
      const difference = Math.abs((got[i] as number) - (want[i] as number));
      const relative = difference === 0 ? 0 : difference / std;
      if (!(relative <= tolerance)) {
        return { node: id, index: i, expected: want[i] as number, actual: got[i] as number, relative };
      }
    }
  }
  return undefined;
}

/** Mean and sample standard deviation (n − 1, PyTorch's default), accumulated in float64. */
export function spread(values: ArrayLike<number>): { mean: number; std: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, std: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
