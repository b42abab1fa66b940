// Whether an imported net is one of the presets: equal products in equal order, and, with its weights in the preset's places, equal answers.
import { expand } from '../blocks/expand.ts';
import type { GraphNode, InferredGraph, Params } from '../ir/graph.ts';
import { runReference, spread } from '../ir/reference.ts';
import { presets } from './catalogue.ts';
import { resolvePreset } from './resolve.ts';

/** A convolution or linear layer with the norm right behind it, where nothing else reads it. */
interface Product {
  readonly node: GraphNode;
  readonly norm: GraphNode | undefined;
}

function productsOf({ nodes, outputs }: InferredGraph): Product[] {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node]);
  return nodes
    .filter(({ op }) => op === 'conv2d' || op === 'linear')
    .map((node) => {
      const [reader, ...others] = readers.get(node.id) ?? [];
      const own = reader?.op === 'batch_norm' && others.length === 0 && !outputs.includes(node.id);
      return { node, norm: own ? reader : undefined };
    });
}

/** What must be equal of two products: sizes in and out, window, stride, groups. A 1×1 convolution of one pixel is a linear layer. */
function signature({ facts }: InferredGraph, { node }: Product): string {
  const sizes = (id: string | undefined): string => (facts.get(id ?? '')?.shape ?? []).filter((n) => n !== 1).join('x');
  const { kernel = [1, 1], stride = [1, 1], groups = 1 } = node.attrs as Partial<Record<string, number | number[]>>;
  const weights = facts.get(node.id)?.params.find(({ role }) => role === 'weight')?.shape ?? [];
  const window = weights.slice(2).every((n) => n === 1) ? '' : `${String(kernel)} `;
  return `${sizes(node.inputs[0])}>${sizes(node.id)} ${window}${sizes(node.inputs[0]) === '' ? '' : String(stride)} ${String(groups)}`;
}

/** Scale and shift that norm and bias put on the bare product. */
function affineOf({ node, norm }: Product, params: Params, out: number): { scale: Float64Array; shift: Float64Array } {
  const scale = new Float64Array(out).fill(1);
  const shift = Float64Array.from(params.get(node.params.bias ?? '') ?? new Float32Array(out));
  if (!norm) return { scale, shift };
  const role = (name: string): Float32Array => params.get(norm.params[name]!)!;
  const { eps } = norm.attrs as { eps: number };
  for (let c = 0; c < out; c++) {
    scale[c] = role('weight')[c]! / Math.sqrt(role('running_var')[c]! + eps);
    shift[c] = (shift[c]! - role('running_mean')[c]!) * scale[c]! + role('bias')[c]!;
  }
  return { scale, shift };
}

/** The preset's parameters with the values of the imported net; undefined where a place stays empty. */
function transferred(graph: InferredGraph, params: Params, preset: InferredGraph): Params | undefined {
  const [from, to] = [productsOf(graph), productsOf(preset)];
  if (from.length !== to.length) return undefined;
  const made = new Map<string, Float32Array>();
  for (let i = 0; i < from.length; i++) {
    const [a, b] = [from[i]!, to[i]!];
    if (signature(graph, a) !== signature(preset, b)) return undefined;
    const weight = params.get(a.node.params.weight!)!;
    const out = preset.facts.get(b.node.id)!.shape.at(-1)!;
    const { scale, shift } = affineOf(a, params, out);
    const each = weight.length / out;
    const { norm } = b;
    if (norm) {
      const { eps } = norm.attrs as { eps: number };
      made.set(b.node.params.weight!, weight);
      made.set(
        norm.params.weight!,
        Float32Array.from(scale, (s) => s * Math.sqrt(1 + eps)),
      );
      made.set(norm.params.bias!, Float32Array.from(shift));
      made.set(norm.params.running_mean!, new Float32Array(out));
      made.set(norm.params.running_var!, new Float32Array(out).fill(1));
    } else
      made.set(
        b.node.params.weight!,
        weight.map((value, at) => value * scale[Math.floor(at / each)]!),
      );
    const bias = b.node.params.bias;
    if (bias !== undefined) made.set(bias, norm ? new Float32Array(out) : Float32Array.from(shift));
    else if (!norm && shift.some((value) => value !== 0)) return undefined;
  }
  const wanted = preset.nodes.flatMap((node) => Object.values(node.params));
  return wanted.every((name) => made.has(name)) ? made : undefined;
}

export interface PresetOfImported {
  readonly name: string;
  readonly text: string;
  /** The preset's own graph, and its parameters with the imported net's values. */
  readonly graph: InferredGraph;
  readonly params: Params;
}

/**
 * The text of the first preset that is this net, with its size and number of classes: its products are equal in order, and its answer to
 * a made-up picture differs by less than 10⁻³ standard deviations. Undefined where none is.
 */
export function presetOfImported(graph: InferredGraph, params: Params): PresetOfImported | undefined {
  const shape = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  const [, height = 0, width = 0, channels = 0] = shape;
  const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1);
  if (shape.length !== 4 || shape[0] !== 1 || channels !== 3) return undefined;
  const picture = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i));
  let answer: Float32Array | undefined;
  for (const { name } of presets) {
    const size = height === width ? String(height) : `${height}x${width}`;
    const [stem = name] = name.split('@');
    const found = resolvePreset(`${stem}${classes === 1000 ? '' : `+classes=${classes}`}@${size}`);
    if ('problem' in found) continue;
    const { graph: preset } = expand(found.architecture, name);
    const placed = preset && transferred(graph, params, preset);
    if (!placed) continue;
    answer ??= runReference(graph, params, picture).get(graph.outputs[0]!)!;
    const own = runReference(preset, placed, picture).get(preset.outputs[0]!)!;
    const { std } = spread(answer);
    if (own.length === answer.length && own.every((value, i) => Math.abs(value - answer![i]!) < 1e-3 * std))
      return { name: found.name, text: found.text, graph: preset, params: placed };
  }
  return undefined;
}
