// Which published net a weights file is of, from the names and shapes of its tensors alone.
import { expand } from '../blocks/expand.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { print } from '../notation/print.ts';
import { byWantedNames } from '../weights/tensor-names.ts';
import { graphParams, type ParamFacts } from '../weights/weights.ts';
import { presets, type Preset } from './catalogue.ts';
import { classifiers } from './knobs.ts';
import { resolvePreset } from './resolve.ts';

export interface RecognizedNet {
  /** As it can be asked for: `mobilenetv2_100`, `mobilenetv2_100+classes=10`. */
  readonly name: string;
  /** The net's text, its head as the file has it. */
  readonly text: string;
  /** The file has no classifier: the text ends in features. */
  readonly headless: boolean;
}

interface Known {
  readonly preset: Preset;
  readonly params: readonly ParamFacts[];
  readonly names: ReadonlySet<string>;
  /** Names of the classifier's tensors, whose first size is the number of classes. */
  readonly head: ReadonlySet<string>;
}

let known: readonly Known[] | undefined;

/** Every preset's tensors; made once, since all nets are built for it. */
function knownNets(): readonly Known[] {
  known ??= presets.flatMap((preset) => {
    const resolved = resolvePreset(preset.name);
    const { graph } = 'problem' in resolved ? {} : expand(resolved.architecture, preset.name);
    if (!graph) return [];
    const params = graphParams(graph);
    return [{ preset, params, names: new Set(params.map(({ name }) => name)), head: headOf(graph) }];
  });
  return known;
}

function headOf(graph: InferredGraph): ReadonlySet<string> {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const head = new Set<string>();
  const follow = (id: string): void => {
    const node = byId.get(id);
    if (node?.op === 'linear') for (const { name } of graph.facts.get(id)?.params ?? []) head.add(name);
    else if (node && ['add', 'scale_const', 'reshape'].includes(node.op)) node.inputs.forEach(follow);
  };
  graph.outputs.forEach(follow);
  return head;
}

/**
 * Nets that have exactly these tensors, prefixes and counters aside; the head may have another number of classes or be absent.
 * Those that a hint (file name, metadata) names come first, then those with published weights. Several: they differ in padding,
 * activation or resolution, which no tensor shows.
 */
export function recognizeNet(
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  hints: readonly string[] = [],
): readonly RecognizedNet[] {
  const hint = hints.join(' ').toLowerCase();
  const hinted = ({ name }: Preset): boolean =>
    new RegExp(`(^|[^a-z0-9_])${name.replace(/\W/g, '\\$&')}([^a-z0-9_]|$)`).test(hint);
  const published = ({ checkpoints }: Preset): boolean => checkpoints.some(({ hubId }) => hubId !== undefined);
  const found = knownNets().flatMap((net): { preset: Preset; rank: number; net: RecognizedNet }[] => {
    const recognized = match(net, tensors);
    const { preset } = net;
    return recognized
      ? [{ preset, rank: (hinted(preset) ? 0 : 2) + (published(preset) ? 0 : 1), net: recognized }]
      : [];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ net }) => net);
}

function match(
  { preset, params, names, head }: Known,
  stored: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): RecognizedNet | undefined {
  // Most nets are told apart by a name that the file would have to hold.
  const last =
    params
      .find(({ name }) => !head.has(name))
      ?.name.split('.')
      .slice(-2)
      .join('.') ?? '';
  if (![...stored.keys()].some((name) => name.endsWith(last))) return undefined;
  const { tensors, rivals } = byWantedNames(stored, names);
  if (rivals.length > 0) return undefined;
  if ([...tensors.keys()].some((name) => !names.has(name))) return undefined;
  let classes: number | undefined;
  let own = 0;
  let missingHead = 0;
  for (const { name, shape } of params) {
    const found = tensors.get(name)?.shape;
    if (!found && head.has(name)) missingHead++;
    else if (!found || found.length !== shape.length) return undefined;
    else if (head.has(name)) {
      if (found.slice(1).some((size, i) => size !== shape[i + 1])) return undefined;
      if (classes !== undefined && classes !== found[0]) return undefined;
      [classes, own] = [found[0], shape[0] ?? 0];
    } else if (found.some((size, i) => size !== shape[i])) return undefined;
  }
  if (missingHead > 0 && missingHead < head.size) return undefined;
  const headless = missingHead > 0;
  const name = classes !== undefined && classes !== own ? `${preset.name}+classes=${classes}` : preset.name;
  const resolved = resolvePreset(name);
  if ('problem' in resolved) return undefined;
  const { architecture, text } = resolved;
  if (!headless) return { name, text, headless };
  const blocks = architecture.blocks.filter(({ word }) => !classifiers.has(word));
  return {
    name,
    text: print({ ...architecture, blocks, header: { ...architecture.header, expectParams: undefined } }),
    headless,
  };
}

/** What to do with a file that a net does not fit but a known one does; undefined when none does. */
export function recognizedSentence(found: readonly RecognizedNet[]): string | undefined {
  const [first, ...others] = found;
  if (!first) return undefined;
  const also =
    others.length === 0
      ? ''
      : ` (or ${others
          .slice(0, 3)
          .map(({ name }) => name)
          .join(', ')}: the same tensors)`;
  return first.headless
    ? `The tensors are those of ${first.name} without its classifier${also}.`
    : `The tensors are those of ${first.name}${also}: open that net with this file.`;
}
