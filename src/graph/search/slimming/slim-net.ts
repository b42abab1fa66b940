// Slimming of a net with its weights: what can go is priced by the error that it leaves, NetAdapt chooses, and the layers behind are fitted again.
import type { Architecture } from '../../architecture.ts';
import { check } from '../../notation/check.ts';
import { print } from '../../notation/print.ts';
import { accounting } from '../../cost/cost.ts';
import type { GraphNode, InferredGraph, Params } from '../../ir/graph.ts';
import { runReference } from '../../ir/reference.ts';
import { slim, type SlimStep } from '../methods/slim.ts';
import type { SearchProblem } from '../search.ts';
import { isDense } from './channels.ts';
import { refit } from './refit.ts';
import { removalOf, type Reader, type Removal } from './removal.ts';
import { cutParams, rewritten, type UnrolledNet } from './rewritten.ts';
import { placesOf, Rows, varianceOf } from './samples.ts';
import { isFitted, slimmable, type ShrinkingUnit } from './units.ts';
import { unrolled } from './unrolled.ts';

export interface SlimmedNet {
  readonly text: string;
  readonly graph: InferredGraph;
  /** Fitted again. */
  readonly params: Params;
  /** Cut only. */
  readonly plain: Params;
  readonly steps: readonly SlimStep[];
  /** What became narrower or went, in words. */
  readonly changes: readonly string[];
}

export interface SlimOptions {
  /** Share of the multiply-accumulates that may stay. */
  readonly to: number;
  /** Whether whole blocks may go. */
  readonly withBlocks: boolean;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Why a net cannot be slimmed, as a sentence. */
export class SlimError extends Error {}

/** @param inputs Calibration pictures, prepared. Nothing that is given is changed. Throws {@link SlimError}. */
export function slimNet(
  document: { readonly architecture: Architecture; readonly graph: InferredGraph; readonly params: Params },
  inputs: readonly Float32Array[],
  { to, withBlocks, onProgress }: SlimOptions,
): SlimmedNet {
  const subject = subjectOf(document, withBlocks);
  const { units } = subject;
  const originals = sampled(subject, inputs, (done) => onProgress?.('pictures through the net', done, inputs.length));
  const removals = units.map((unit, i) => {
    const removal = removalOf(readersOf(unit, subject, originals), unit.width - unit.sizes.find((size) => size > 0)!);
    onProgress?.('widths priced', i + 1, units.length);
    return removal;
  });
  const macs = macsOf(subject);
  const whole = macs(units.map(({ width }) => width));
  const start = units.map(({ sizes }) => sizes.length - 1);
  const limit = to * whole;
  const { steps } = slim(problemOf(units, removals, macs), start, limit);
  const found = steps.at(-1)!;
  if (found.cost > limit)
    throw new SlimError(
      `its layers that can shrink go down to ${((100 * found.cost) / whole).toFixed(0)} % of its multiply-accumulates, not further`,
    );
  const sizes = found.genotype.map((option, i) => units[i]!.sizes[option]!);
  const made = rewritten(
    subject,
    sizes,
    removals.map(({ order }) => order),
  );
  const planned = macs(sizes);
  const total = accounting(made.graph).total.macs.total;
  // The forecast counts layers; what the notation makes of the new widths must be that net.
  if (Math.abs(total - planned) > 0.01 * planned)
    throw new Error(`the slimmed net has ${total} MACs, not the ${planned} planned`);
  const plain = cutParams(subject, made);
  const params = new Map(plain);
  refit(subject, made, params, inputs, {
    originals,
    onProgress: (done, all) => onProgress?.('layers fitted again', done, all),
  });
  return { text: made.text, graph: made.graph, params, plain, steps, changes: changesOf(subject, sizes) };
}

/** The net with a line for each block, under the same names of nodes and parameters. */
function subjectOf(
  {
    architecture,
    graph,
    params,
  }: { readonly architecture: Architecture; readonly graph: InferredGraph; readonly params: Params },
  withBlocks: boolean,
): UnrolledNet {
  const own = check(print(unrolled(architecture, graph)), graph.name);
  const isSame =
    own.graph?.nodes.length === graph.nodes.length &&
    own.graph.nodes.every(
      ({ id }, i) =>
        id === graph.nodes[i]!.id && String(own.graph!.facts.get(id)!.shape) === String(graph.facts.get(id)!.shape),
    );
  if (!own.graph || !isSame || graph.inputs.length !== 1)
    throw new SlimError('its blocks cannot stand in lines of their own');
  const found = slimmable(own.architecture, own.graph, withBlocks);
  if (found.units.length === 0)
    throw new SlimError('it has no inverted bottlenecks or chains of blocks whose layers could be fitted again');
  return { ...found, architecture: own.architecture, graph: own.graph, params };
}

/** Samples of what the fits need: inputs and outputs of 1×1 convolutions, their norms, and the sums that these go into. */
function sampled(
  { graph, params }: UnrolledNet,
  inputs: readonly Float32Array[],
  onPicture: (done: number) => void,
): ReadonlyMap<string, Rows> {
  const wanted = new Set<string>();
  for (const node of graph.nodes)
    if (isFitted(node, graph)) for (const id of [node.inputs[0]!, node.id, streamOf(node, graph).id]) wanted.add(id);
  const rows = new Map([...wanted].map((id) => [id, new Rows(graph.facts.get(id)!.shape.at(-1)!)]));
  inputs.forEach((input, picture) => {
    runReference(graph, params, input, {
      onNode: ({ id }, output) => rows.get(id)?.add(output, placesOf(graph, id, picture)),
    });
    onPicture(picture + 1);
  });
  return rows;
}

const userOf = (id: string, graph: InferredGraph): GraphNode | undefined =>
  graph.nodes.find(({ inputs }) => inputs.includes(id));
const normOf = (node: GraphNode, graph: InferredGraph): GraphNode | undefined => {
  const user = userOf(node.id, graph);
  return user?.op === 'batch_norm' ? user : undefined;
};
/** Where a layer's error ends up: in the sum of its residual, or else in what its norm gives. */
function streamOf(node: GraphNode, graph: InferredGraph): GraphNode {
  const own = normOf(node, graph) ?? node;
  const user = userOf(own.id, graph);
  return user?.op === 'add' ? user : own;
}

function readersOf(
  { readers }: ShrinkingUnit,
  { graph, params }: UnrolledNet,
  rows: ReadonlyMap<string, Rows>,
): Reader[] {
  return readers.map((node) => {
    const weight = Float32Array.from(params.get(node.params.weight!)!);
    const norm = normOf(node, graph);
    const size = rows.get(node.inputs[0]!)!.length;
    if (norm) {
      const [gamma, variance] = [params.get(norm.params.weight!)!, params.get(norm.params.running_var!)!];
      const { eps } = norm.attrs as { readonly eps: number };
      weight.forEach((value, i) => {
        const o = Math.floor(i / size);
        weight[i] = (value * gamma[o]!) / Math.sqrt(variance[o]! + eps);
      });
    }
    return {
      rows: rows.get(node.inputs[0]!)!,
      weight,
      variance: varianceOf(rows.get(streamOf(node, graph).id)!) + 1e-12,
    };
  });
}

/** Multiply-accumulates by the widths of the units: each layer's in proportion to what it reads and makes. */
function macsOf({ graph, sets, units, architecture }: UnrolledNet): (sizes: readonly number[]) => number {
  const unitOf = new Map(units.map(({ set }, i) => [set, i]));
  const gates = new Map(
    architecture.blocks.map((_, line) => [
      line,
      units.findIndex(({ kind, lines, sizes }) => kind === 'inner width' && lines[0] === line && sizes[0] === 0),
    ]),
  );
  const layers = graph.nodes.map((node) => {
    const read = node.inputs[0] === undefined ? undefined : unitOf.get(sets.of(node.inputs[0]));
    return {
      macs: graph.facts.get(node.id)!.macs,
      out: unitOf.get(sets.of(node.id)),
      read: isDense(node) ? read : undefined,
      gate: gates.get(node.block) ?? -1,
    };
  });
  return (sizes) => {
    const share = (unit: number | undefined): number => (unit === undefined ? 1 : sizes[unit]! / units[unit]!.width);
    return layers.reduce(
      (sum, { macs, out, read, gate }) =>
        gate >= 0 && sizes[gate] === 0 ? sum : sum + macs * share(out) * share(read),
      0,
    );
  };
}

/** Units as choices; quality is minus the error that all of them leave. */
function problemOf(
  units: readonly ShrinkingUnit[],
  removals: readonly Removal[],
  macs: (sizes: readonly number[]) => number,
): SearchProblem {
  const sizesOf = (genotype: readonly number[]): number[] => genotype.map((option, i) => units[i]!.sizes[option]!);
  return {
    genes: units.map(({ sizes }, line) => ({ options: sizes.length, ordered: true, line })),
    cost: (genotype) => ({ key: genotype.join(), costs: [macs(sizesOf(genotype))], violation: 0 }),
    judge: (genotype) =>
      -sizesOf(genotype).reduce((sum, size, i) => {
        const { errors, all } = removals[i]!;
        return sum + (size === 0 ? all : errors[units[i]!.width - size]!);
      }, 0),
  };
}

const changesOf = ({ units, architecture, graph }: UnrolledNet, sizes: readonly number[]): string[] =>
  units.flatMap(({ kind, lines, width }, i) => {
    const size = sizes[i]!;
    if (size === width) return [];
    const first =
      graph.nodes
        .find(({ block }) => block === lines[0])
        ?.id.split('.')
        .slice(0, 3)
        .join('.') ?? '';
    const where = lines.length > 1 ? `${first} and ${lines.length - 1} tied to it` : first;
    const word = architecture.blocks[lines[0]!]!.word;
    return [size === 0 ? `${word} ${where}: left out` : `${word} ${where}: ${kind} ${width} → ${size}`];
  });
