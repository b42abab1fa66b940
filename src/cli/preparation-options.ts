// `--mean --std --crop --interpolation`: the user's word on how pictures are prepared, for every verb that looks at pictures.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  fits,
  interpolations,
  type Fit,
  type Interpolation,
  type Preprocessing,
} from '../graph/pictures/preprocess.ts';
import { UsageError, type Given, type Option } from './verb.ts';

const channels = (name: string, doc: string): Option => ({ name, value: 'X|R,G,B', doc });

export const preparationOptions: readonly Option[] = [
  channels('mean', 'Subtracted from each channel, scaled to 0…1; when not given, the checkpoint’s own.'),
  channels('std', 'Divides each channel after that; when not given, the checkpoint’s own.'),
  {
    name: 'crop',
    value: 'X',
    range: { min: 0.1, max: 1, integer: false },
    doc: 'Side of the centre crop as a share of the resized picture; when not given, the checkpoint’s own.',
  },
  {
    name: 'interpolation',
    value: interpolations.join('|'),
    doc: 'How pictures are resized; when not given, as the checkpoint’s authors did.',
  },
  {
    name: 'fit',
    value: fits.join('|'),
    choices: fits,
    doc: 'How pictures of other proportions come to the input: cut, stretched, or with grey beside them; when not given, as the checkpoint’s authors did.',
  },
];

/** The parts that the user gave. Throws {@link UsageError}. */
export function givenPreparation({ word, number }: Pick<Given, 'word' | 'number'>): Partial<Preprocessing> {
  const mean = three('mean', word('mean'), false);
  const std = three('std', word('std'), true);
  const crop = number('crop');
  const interpolation = word('interpolation');
  const fit = word('fit') as Fit | undefined;
  if (interpolation !== undefined && !(interpolations as readonly string[]).includes(interpolation))
    throw new UsageError(`--interpolation cannot be "${interpolation}"; known are ${interpolations.join(', ')}.`);
  return {
    ...(mean && { mean }),
    ...(std && { std }),
    ...(crop !== undefined && { crop }),
    ...(interpolation !== undefined && { interpolation: interpolation as Interpolation }),
    ...(fit !== undefined && { fit }),
  };
}

function three(name: string, given: string | undefined, positive: boolean): Preprocessing['mean'] | undefined {
  if (given === undefined) return undefined;
  const values = given.split(',').map((part) => (/^-?\d+(\.\d+)?$/.test(part.trim()) ? Number(part) : NaN));
  const all = values.length === 1 ? [values[0], values[0], values[0]] : values;
  if (all.length !== 3 || all.some((value) => !Number.isFinite(value) || (positive && !(value! > 0)))) {
    const example = positive ? '0.229,0.224,0.225 or 0.5' : '0.485,0.456,0.406 or 0.5';
    throw new UsageError(
      `--${name} must be three ${positive ? 'positive ' : ''}numbers or one, such as ${example}, not "${given}".`,
    );
  }
  if (all.some((value) => Math.abs(value!) > 2))
    throw new UsageError(`--${name} is of values scaled to 0…1: divide ${given} by 255.`);
  return all as unknown as Preprocessing['mean'];
}

/** Texts of the config files that lie beside a weights file. */
export function configsBeside(file: string): string[] {
  return ['config.json', 'preprocessor_config.json'].flatMap((name) => {
    const path = join(dirname(file), name);
    try {
      return existsSync(path) ? [readFileSync(path, 'utf8')] : [];
    } catch {
      // A folder of that name, or one that may not be read: as if it were not there.
      return [];
    }
  });
}
