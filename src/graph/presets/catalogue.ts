// All presets by name, read once from the texts' metadata.
import { presetTexts } from './index.ts';
import { readMetadata, type PresetFile, type Variant } from './metadata.ts';

export type { PublishedCheckpoint } from './metadata.ts';

export interface Preset extends Variant {
  /** The text and the claims that this preset shares with its file's other variants. */
  readonly file: PresetFile;
}

const files: readonly PresetFile[] = presetTexts.map(readMetadata);

/** Every named net, in order. */
export const presets: readonly Preset[] = files.flatMap((file) =>
  file.variants.map((variant) => ({ ...variant, file })),
);

const byName: ReadonlyMap<string, Preset> = new Map(presets.map((preset) => [preset.name, preset]));
const aliases: ReadonlyMap<string, string> = new Map(files.flatMap((file) => Object.entries(file.aliases)));

/** Names and aliases that stand for a net, for completion and "did you mean". */
export const presetNames: readonly string[] = [...byName.keys(), ...aliases.keys()];

export const findPreset = (name: string): Preset | undefined => byName.get(aliases.get(name) ?? name);

/** A net that has no line of its own but follows a file's pattern, with the width that its name says. */
export function matchPattern(
  name: string,
): { file: PresetFile; knobs: PresetFile['patterns'][number]['knobs'] } | undefined {
  for (const file of files) {
    for (const { template, knobs } of file.patterns) {
      const hundredths = template.includes('NNN');
      const slot = hundredths ? 'NNN' : 'N.N';
      const [before = '', after = ''] = template.split(slot, 2);
      if (!name.startsWith(before) || !name.endsWith(after)) continue;
      const digits = name.slice(before.length, name.length - after.length);
      const width = hundredths
        ? /^\d{3}$/.test(digits) && Number(digits) / 100
        : /^\d+(\.\d+)?$/.test(digits) && Number(digits);
      if (width !== false && width > 0) return { file, knobs: { ...knobs, width } };
    }
  }
  return undefined;
}
