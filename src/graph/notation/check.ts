// Everything that can be said about a document: parsed, expanded, inferred, with the problems of all three in text order.
import type { Architecture, BlockLine } from '../architecture.ts';
import { blocks } from '../blocks/index.ts';
import { expand } from '../blocks/expand.ts';
import type { InferredGraph, Problem } from '../ir/graph.ts';
import { printArgument } from './argument-text.ts';
import { nameProblems } from './names.ts';
import { parse } from './parse.ts';
import { replaceWith } from './problem-list.ts';
import { shapeFix } from './shape-fixes.ts';

export interface Checked {
  readonly architecture: Architecture;
  /** Undefined when there are no blocks or one of them cannot be built. */
  readonly graph?: InferredGraph;
  readonly problems: readonly Problem[];
}

/** Parses, expands and infers a document. Never throws; every range lies inside the text. `name` is the graph's name. */
export function check(text: string, name = 'net'): Checked {
  const { architecture, problems } = parse(text);
  if (architecture.blocks.length === 0) return { architecture, problems };
  const broken = problems.some(({ severity }) => severity === 'error');
  const names = nameProblems(architecture);
  if (names.length > 0) return { architecture, problems: [...problems, ...names].sort(byPlace) };
  const { graph, problems: shapeProblems } = expand(architecture, name);
  // A net with a line left out has another size: its count says nothing.
  const { expect } = architecture.headerRanges ?? {};
  const relevant = shapeProblems.filter(({ range }) => !broken || range !== expect);
  const all = [
    ...problems,
    ...relevant.map((problem) => withFix(problem, architecture)),
    ...(graph ? [...largeKernels(graph, architecture), ...evenKernels(graph, architecture)] : []),
  ].sort(byPlace);
  return { architecture, problems: all, ...(graph && { graph }) };
}

/** A net as jobs are given it: one of ours as its text, one of a model file, which has none, as its graph. */
export type GivenNet = { readonly name: string } & ({ readonly text: string } | { readonly graph: InferredGraph });

/** Undefined when the text has errors. */
export const graphOf = (net: GivenNet): InferredGraph | undefined =>
  'graph' in net ? net.graph : check(net.text, net.name).graph;

const byPlace = (a: Problem, b: Problem): number => a.range.from - b.range.from;

function withFix(problem: Problem, architecture: Architecture): Problem {
  if (problem.fix || problem.severity === 'warning') return problem;
  const index = architecture.blocks.findIndex(({ range }) => range === problem.range);
  const fix = index < 0 ? undefined : shapeFix(architecture, index, problem);
  return fix ? { ...problem, fix } : problem;
}

/**
 * Kernels larger than the map they read: legal thanks to padding, but much of them meets no pixel. MixConv's published nets
 * have a 9×9 on 7×7 maps (arXiv 1907.09595), so mixed kernels are named only when their outermost weights never meet one.
 */
function largeKernels(graph: InferredGraph, { header, blocks: lines }: Architecture): Problem[] {
  // Detectors predict on maps down to 1×1, and the pictures of sounds are narrow: published nets of other tasks are so.
  if (header.task !== undefined && header.task !== 'classify') return [];
  const warned = new Map<number, Problem>();
  for (const { op, attrs, inputs, block } of graph.nodes) {
    const line = lines[block];
    if ((op !== 'conv2d' && op !== 'mixed_conv2d') || !line || warned.has(block)) continue;
    const [, height = 0, width = 0] = graph.facts.get(inputs[0] ?? '')?.shape ?? [];
    const { kernel, kernels } = attrs as { kernel?: readonly number[]; kernels?: readonly number[] };
    const largest = Math.max(...(kernels ?? kernel ?? [1]));
    const side = Math.min(height, width);
    if (largest <= (op === 'conv2d' ? side : 2 * side - 1)) continue;
    const message = `${line.word}: kernel ${largest} is larger than the ${height}×${width} map it reads; the rest of it meets only padding.`;
    warned.set(block, { severity: 'warning', message, range: line.range, ...kernelFix(line, largest, side) });
  }
  return [...warned.values()];
}

/** Kernels of even size have no middle: padding of k//2 on both sides cannot keep the map, and with it the skip goes. */
function evenKernels(graph: InferredGraph, { blocks: lines }: Architecture): Problem[] {
  const warned = new Map<number, Problem>();
  for (const { id, op, attrs, inputs, block } of graph.nodes) {
    const line = lines[block];
    if (op !== 'conv2d' || !line || warned.has(block)) continue;
    const [, height = 0, width = 0] = graph.facts.get(inputs[0] ?? '')?.shape ?? [];
    const [, outHeight = 0, outWidth = 0] = graph.facts.get(id)?.shape ?? [];
    const { kernel, stride } = attrs as { kernel: readonly number[]; stride: readonly number[] };
    const [size = 1] = kernel;
    const [step = 1] = stride;
    // As large as its stride: it cuts the map into patches, as meant.
    if (size % 2 === 1 || size === step) continue;
    const [wantedHeight, wantedWidth] = [Math.ceil(height / step), Math.ceil(width / step)];
    if (outHeight === wantedHeight && outWidth === wantedWidth) continue;
    const message = `${line.word}: kernel ${size} is even and has no middle: the ${height}×${width} map becomes ${outHeight}×${outWidth} instead of ${wantedHeight}×${wantedWidth}, and a block that changes its map has no skip. Odd kernels keep it.`;
    warned.set(block, { severity: 'warning', message, range: line.range, ...kernelFix(line, size, size - 1) });
  }
  return [...warned.values()];
}

/** The line's kernel argument of that size, cut to the map. */
function kernelFix(line: BlockLine, largest: number, side: number): Pick<Problem, 'fix'> {
  const fits = side % 2 === 1 ? side : Math.max(1, side - 1);
  for (const { key, label } of blocks.get(line.word)?.args ?? []) {
    const value = line.args[key];
    const range = line.argRanges[key];
    if (!label.includes('kernel') || !range || (typeof value !== 'number' && !Array.isArray(value))) continue;
    const sizes = typeof value === 'number' ? [value] : (value as readonly number[]);
    if (!sizes.includes(largest)) continue;
    const smaller = sizes.map((size) => Math.min(size, fits));
    return { fix: replaceWith(range, printArgument(key, smaller.length === 1 ? (smaller[0] ?? fits) : smaller)) };
  }
  return {};
}
