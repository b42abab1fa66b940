// How pictures must be prepared for a checkpoint, and how that is known: preparation belongs to the weights, not to the net's name or size.
import type { Architecture } from '../architecture.ts';
import type { Preprocessing } from '../pictures/preprocess.ts';
import type { PublishedCheckpoint } from '../presets/catalogue.ts';
import { resolvePreset } from '../presets/resolve.ts';
import { checkpointsOf } from '../presets/same-net.ts';
import { readPreparationConfig, readPreparationMetadata, type ReadConfig } from './preparation-config.ts';

/** Everything about a checkpoint that may tell, apart from its values. */
export interface PreparationClues {
  readonly architecture: Architecture;
  /** The net's name, the file's name, a hub id: a published tag among them is an answer. */
  readonly names: readonly string[];
  readonly metadata?: ReadonlyMap<string, string>;
  /** Texts of config.json and preprocessor_config.json beside the weights. */
  readonly configs?: readonly string[];
  /** The preparation that a known content hash stands for. */
  readonly known?: { readonly preprocessing: Partial<Preprocessing>; readonly from: string } | undefined;
}

export interface FoundPreparation {
  readonly preprocessing: Partial<Preprocessing>;
  /** Where it is from, to stand behind "prepared as": `timm/… says`, `config.json`. */
  readonly from: string;
  /** What the user should know: that it is a guess, or that a part is missing. */
  readonly note?: string;
  /** True for a net of one's own: nothing is published that would tell. */
  readonly own?: true;
  /** One a class, where a file beside the weights names them. */
  readonly labels?: readonly string[];
}

const advice =
  'Name the checkpoint, put its config.json beside the weights, or give --mean, --std, --crop and --interpolation.';

/** The first clue that tells: the file itself, its values, what lies beside it, a published tag, the net's published checkpoints. */
export function findPreparation(clues: PreparationClues): FoundPreparation {
  const { architecture, metadata = new Map<string, string>(), configs = [], known } = clues;
  const read = configs.map(readPreparationConfig);
  const said = readPreparationMetadata(metadata);
  const labels = said.labels ?? read.find((config) => config.labels)?.labels;
  const found = ((): FoundPreparation => {
    const own = complete(said, "the file's metadata");
    if (own) return own;
    const beside = complete(merged(read), 'the config beside the weights');
    if (beside) return beside;
    if (known) return known;
    const { tagged, unknownTag } = byTag(clues.names);
    if (tagged) return { preprocessing: tagged.preprocessing ?? {}, from: tagged.hubId ?? 'its tag' };
    return published(checkpointsOf(architecture), clues.names, unknownTag);
  })();
  return { ...found, ...(labels && { labels }) };
}

/** A file that says mean and std tells; the rest is ImageNet's usual where it is silent, and that is said. */
function complete({ preprocessing, otherInterpolation }: ReadConfig, from: string): FoundPreparation | undefined {
  if (!preprocessing.mean || !preprocessing.std) return undefined;
  if (otherInterpolation === undefined) return { preprocessing, from };
  return {
    preprocessing,
    from,
    note: `It asks for ${otherInterpolation} resampling, which is not built here: bicubic is used.`,
  };
}

const merged = (configs: readonly ReadConfig[]): ReadConfig => ({
  preprocessing: Object.assign({}, ...configs.map(({ preprocessing }) => preprocessing)) as Partial<Preprocessing>,
  ...Object.assign({}, ...configs.map(({ otherInterpolation }) => otherInterpolation && { otherInterpolation })),
});

/** The checkpoint whose full name (`NET.TAG`) stands somewhere in the names. */
function byTag(names: readonly string[]): { tagged?: PublishedCheckpoint; unknownTag?: string } {
  let unknownTag: string | undefined;
  for (const name of names) {
    for (const [word] of name.matchAll(/[a-z0-9_]+\.[a-z]\w*/g)) {
      const resolved = resolvePreset(word.replace(/\.(arch|safetensors|bin|pth?)$/, ''));
      if ('problem' in resolved) continue;
      const { checkpoint, note } = resolved;
      if (checkpoint?.preprocessing && word.startsWith(checkpoint.hubId?.split('/')[1] ?? '\0'))
        return { tagged: checkpoint };
      if (note !== undefined) unknownTag = word;
    }
  }
  return unknownTag === undefined ? {} : { unknownTag };
}

/** What the published checkpoints of this very net agree on; where they do not, the first one's values with a word. */
function published(
  checkpoints: readonly PublishedCheckpoint[],
  names: readonly string[],
  unknownTag: string | undefined,
): FoundPreparation {
  const asked = names.flatMap((name) => {
    const resolved = resolvePreset(name);
    return 'problem' in resolved ? [] : [resolved.checkpoint];
  });
  const first = asked.find((checkpoint) => checkpoint?.preprocessing) ?? checkpoints[0];
  if (!first?.preprocessing) {
    return {
      preprocessing: {},
      from: 'ImageNet’s usual values',
      ...(unknownTag === undefined && { own: true as const }),
      note: `How pictures were prepared for these weights is not known, so ImageNet’s usual mean, std and crop are assumed. ${advice}`,
    };
  }
  const { preprocessing, hubId = 'its published net' } = first;
  const other = (part: 'mean' | 'std'): PublishedCheckpoint | undefined =>
    checkpoints.find((one) => String(one.preprocessing?.[part]) !== String(preprocessing[part]));
  const unlike = unknownTag === undefined ? (other('mean') ?? other('std')) : undefined;
  if (unknownTag !== undefined)
    return {
      preprocessing,
      from: hubId,
      note: `The tag of ${unknownTag} is in no table here: its pictures are prepared as those of ${hubId}, which is a guess. ${advice}`,
    };
  if (unlike)
    return {
      preprocessing,
      from: hubId,
      note: `Prepared as for ${hubId}; ${unlike.hubId ?? 'another checkpoint'} of the same net needs mean ${String(unlike.preprocessing?.mean)}. ${advice}`,
    };
  return { preprocessing, from: hubId };
}
