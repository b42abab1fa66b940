// Which published nets a document is, whatever it is called: by its lines and knobs, without name, comments, input size, count and classes.
import type { Architecture, BlockLine } from '../architecture.ts';
import { print } from '../notation/print.ts';
import { presets, type PublishedCheckpoint, type Preset } from './catalogue.ts';
import type { LabelSet } from './metadata.ts';
import { classifiers } from './knobs.ts';
import { resolvePreset } from './resolve.ts';

/** Equal for two documents whose checkpoints fit each other, but for the head's number of classes. */
export function netKey({ header, blocks }: Architecture): string {
  const line = ({ word, args, repeats, sameStage }: BlockLine): BlockLine => ({
    word,
    args: { ...withoutFixed(args, header.width), ...(classifiers.has(word) && { c: 1 }) },
    repeats,
    sameStage,
    range: { from: 0, to: 0 },
    argRanges: {},
  });
  const same = { ...header, expectParams: undefined, input: [header.input[0], 1, 1] as const };
  return print({ header: same, blocks: blocks.map(line) });
}

/** At width 1 nothing is scaled, so it is the same whether a line would be. */
function withoutFixed({ fixwidth, fixbelow, ...args }: BlockLine['args'], width: number): BlockLine['args'] {
  if (width === 1) return args;
  return { ...args, ...(fixwidth !== undefined && { fixwidth }), ...(fixbelow !== undefined && { fixbelow }) };
}

let byKey: Map<string, Preset[]> | undefined;

/** Presets of the same lines; their parameters have the same names and shapes. Empty for a net of one's own. */
export function presetsOf(architecture: Architecture): readonly Preset[] {
  byKey ??= presets.reduce((map, preset) => {
    const resolved = resolvePreset(preset.name);
    if ('problem' in resolved) return map;
    const key = netKey(resolved.architecture);
    return map.set(key, [...(map.get(key) ?? []), preset]);
  }, new Map<string, Preset[]>());
  return byKey.get(netKey(architecture)) ?? [];
}

/** Published checkpoints with a preparation of the net that a document is. */
export const checkpointsOf = (architecture: Architecture): readonly PublishedCheckpoint[] =>
  presetsOf(architecture).flatMap(({ checkpoints }) => checkpoints.filter(({ preprocessing }) => preprocessing));

/** The list of names that the classes of this net have, where it is a published one. */
export const labelSetOf = (architecture: Architecture): LabelSet | undefined =>
  presetsOf(architecture)
    .flatMap(({ checkpoints }) => checkpoints)
    .find(({ labels }) => labels)?.labels;
