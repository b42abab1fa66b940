// Whether a document that bears a published net's name still is that net: what edits changed, and whether the weights still fit.
import type { Architecture } from '../architecture.ts';
import { expand } from '../blocks/expand.ts';
import { families } from '../blocks/naming.ts';
import type { Graph } from '../ir/graph.ts';
import { canonical } from '../notation/canonical.ts';
import { resolvePreset, type ResolvedPreset } from './resolve.ts';

export interface Likeness {
  /** The published net of that name. */
  readonly preset: ResolvedPreset;
  /**
   * `same`: as published. `resized`: the same nodes and parameters for pictures of another size, so that its weights fit.
   * `edited`: another net.
   */
  readonly is: 'same' | 'resized' | 'edited';
}

/** How a document compares with the published net whose name it bears; undefined for a name that stands for none. */
export function likenessOf(name: string, architecture: Architecture): Likeness | undefined {
  const preset = resolvePreset(name);
  if ('problem' in preset) return undefined;
  const { header } = preset.architecture;
  if (canonical(architecture) === canonical(preset.architecture)) return { preset, is: 'same' };
  const resized = String(architecture.header.input) !== String(header.input);
  const atItsSize = resized
    ? { ...architecture, header: { ...architecture.header, input: header.input } }
    : architecture;
  // Other words for one net, as `width 1` or a line in two, change no node.
  if (nodesOf(atItsSize) !== nodesOf(preset.architecture)) return { preset, is: 'edited' };
  if (!resized) return { preset, is: 'same' };
  // Positional biases have a place each, so another size is another net.
  const fits = architecture.header.input[0] === header.input[0] && !families.get(header.family)?.sizedParameters;
  return { preset, is: fits ? 'resized' : 'edited' };
}

/**
 * In a word what became of a published net that still bears its name: `edited`, `at 192 px`; undefined where the name is true or
 * one's own. Spellings of other programs are no claim to be a certain net of ours.
 */
export function departureOf(name: string, architecture: Architecture): string | undefined {
  const likeness = likenessOf(name, architecture);
  if (likeness?.preset.name !== name || likeness.is === 'same') return undefined;
  if (likeness.is === 'edited') return 'edited';
  const [, height, width] = architecture.header.input;
  return `at ${height === width ? height : `${height}×${width}`} px`;
}

/** Every node with what it computes and the names of its parameters; undefined for what cannot be built. */
function nodesOf(architecture: Architecture): string | undefined {
  const graph: Graph | undefined = expand(
    { ...architecture, header: { ...architecture.header, expectParams: undefined } },
    '',
  ).graph;
  return (
    graph &&
    JSON.stringify([
      graph.outputs,
      graph.nodes.map(({ id, op, attrs, inputs, params }) => [id, op, attrs, inputs, params]),
    ])
  );
}
