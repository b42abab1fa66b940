// One door for all that a net is made from, a text of ours or a file of another program: its graph in blocks, its weights, and what is wrong with it.
import { defaultHeader, type Architecture, type BlockLine } from '../architecture.ts';
import { opWords } from '../ir/op-words.ts';
import type { InferredGraph, Params, Problem } from '../ir/graph.ts';
import { check } from '../notation/check.ts';
import { convertModel } from './convert/convert.ts';
import { nodeNames } from './convert/names.ts';
import { foldByName } from './fold-by-name.ts';
import { evaluate } from './model/evaluate.ts';
import { ModelError, modelLimits, type Model } from './model/model.ts';
import { kindsOf, openModel } from './open.ts';
import type { Companions } from './onnx/tensor.ts';

export type NetSource =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly bytes: Uint8Array;
      /** Files given beside it: ONNX keeps large weights in them. */
      readonly companions?: Companions;
      readonly progress?: (what: string, share: number) => void;
    };

/** A node of a file that does not become a graph of ours, as it stands in the file. */
export interface FileNode {
  readonly name: string;
  readonly kind: string;
  /** Place in {@link OpenedSource.architecture}'s blocks. */
  readonly block: number;
  /** Blocks whose results it reads, others than its own. */
  readonly reads: readonly number[];
  /** Of its first result, in the file's own order, where it is known. */
  readonly shape?: readonly number[];
  /** Why it has no op of ours: ends a sentence that begins with the node. */
  readonly reason?: string;
}

export interface FileFacts {
  readonly format: Model['format'];
  readonly producer: string;
  /** `opset 17`, `schema 3`. */
  readonly version: string;
  readonly bytes: number;
  /** Free texts of the file. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  /** A file that weights are in and that was not given with this one. */
  readonly lacks?: string;
  /** All nodes of a file that does not become a graph; empty for one that does. */
  readonly nodes: readonly FileNode[];
}

export interface OpenedSource {
  /** Of a file: its blocks by name, without arguments. */
  readonly architecture: Architecture;
  /** Undefined where the text has errors, or where the file has nodes that no op of ours says. */
  readonly graph?: InferredGraph;
  readonly problems: readonly Problem[];
  /** The file's own weights. */
  readonly params?: Params;
  readonly file?: FileFacts;
}

/** Characters: a kind or a producer may be of any length in a file, and is shown. */
const longestWord = 100;

/** Throws {@link ModelError}, with a sentence, for a file that makes no sense. */
export function openNet(source: NetSource): OpenedSource {
  if (source.kind === 'text') return check(source.text, source.name);
  const { bytes, name, companions, progress } = source;
  if (bytes.length > modelLimits.fileBytes) throw new ModelError('It is larger than 1 GB, which is not read here.');
  progress?.('Reading the file', 0);
  const model = openModel(bytes, companions);
  const [opset = 0] = model.opsets.values();
  const lacks = [...model.constants.values()].find(({ missing }) => missing !== undefined)?.missing;
  const facts = {
    ...(lacks !== undefined && { lacks }),
    format: model.format,
    producer: model.producer.slice(0, longestWord),
    version: model.format === 'onnx' ? `opset ${model.opsets.get('') ?? opset}` : `schema ${opset}`,
    bytes: bytes.length,
    metadata: model.metadata,
    warnings: model.warnings,
  };
  // The nodes are gone through twice: for their shapes, then for their operators.
  let [sweep, last] = [0, 0];
  const converted = convertModel(model, {
    name,
    progress(done, of) {
      if (done < last) sweep = 1;
      last = done;
      progress?.(sweep === 0 ? 'Following shapes' : 'Finding operators', 0.2 + 0.35 * (sweep + done / of));
    },
  });
  progress?.('Finding blocks', 0.95);
  if ('graph' in converted)
    return { ...inBlocks(converted.graph), params: converted.params, problems: [], file: { ...facts, nodes: [] } };
  const reasons = new Map(converted.unconverted.map(({ node, reason }) => [node, reason]));
  const { known } = evaluate(model, kindsOf(model));
  const names = nodeNames(model);
  const paths = model.nodes.map((node) => names.node(node));
  const blocks = foldByName(
    model.nodes.map(({ kind }, at) => ({
      path: paths[at]!,
      isProduct: /conv|gemm|matmul|fully_connected/i.test(kind),
    })),
  );
  const makers = new Map<string, number>();
  blocks.forEach(({ from, to }, block) => {
    for (const { outputs } of model.nodes.slice(from, to)) for (const name of outputs) makers.set(name, block);
  });
  const nodes = blocks.flatMap(({ from, to }, block) =>
    model.nodes.slice(from, to).map((node, at): FileNode => {
      const shape = known.get(node.outputs[0] ?? '')?.shape;
      const reason = reasons.get(node);
      const reads = new Set(node.inputs.flatMap((name) => makers.get(name) ?? []));
      reads.delete(block);
      const own = { name: paths[from + at]!, kind: node.kind.slice(0, longestWord), block, reads: [...reads] };
      return { ...own, ...(shape && { shape }), ...(reason !== undefined && { reason }) };
    }),
  );
  const words = (block: number): string => kindsIn(nodes.filter((node) => node.block === block));
  const lines = blocks.map((block, at) => lineOf(block.name, words(at)));
  return { architecture: { header: defaultHeader, blocks: lines }, problems: [], file: { ...facts, nodes } };
}

/** `Conv ×3, Add`, the most frequent first. */
function kindsIn(nodes: readonly FileNode[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of nodes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.map(([kind, count]) => (count > 1 ? `${kind} ×${count}` : kind)).join(', ');
}

const nowhere = { from: 0, to: 0 };
const lineOf = (word: string, summary: string): BlockLine => ({
  word,
  summary,
  repeats: 1,
  sameStage: false,
  args: {},
  range: nowhere,
  argRanges: {},
});

/** The graph with each node in its block, and the blocks as lines that can be read and not edited. */
function inBlocks(graph: InferredGraph): { graph: InferredGraph; architecture: Architecture } {
  const own = graph.nodes.filter(({ op }) => op !== 'input');
  const hasMacs = (id: string): boolean => (graph.facts.get(id)?.macs ?? 0) > 0;
  const blocks = foldByName(own.map(({ id }) => ({ path: id, isProduct: hasMacs(id) })));
  const blockOf = new Map(blocks.flatMap(({ from, to }, at) => own.slice(from, to).map(({ id }) => [id, at] as const)));
  const lines = blocks.map(({ name, from, to }) => {
    const nodes = own.slice(from, to);
    const products = nodes.filter(({ id }) => hasMacs(id));
    const shown = products.length > 0 ? products : nodes;
    return lineOf(name, shown.map((node) => opWords(graph, node)).join(', '));
  });
  const [, height = 1, width = 1, channels = 1] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  return {
    graph: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, block: blockOf.get(node.id) ?? -1 })) },
    architecture: { header: { ...defaultHeader, input: [channels, height, width] }, blocks: lines },
  };
}
