// A reinforced set (arXiv 2303.08983): of each picture some changes, and what a teacher says of each, as its few largest shares. Never a pixel.
import * as v from 'valibot';
import { readSafetensors } from '../../formats/safetensors/read.ts';
import { writeSafetensors } from '../../formats/safetensors/write.ts';
import { Draws } from '../../search/random.ts';
import { classProbabilities, sparseTargets } from '../class-targets.ts';
import type { LabelledPicture, LabelledPictures } from '../data/pictures.ts';
import { CHANGE_BYTES, changed, drawChange } from './change.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31));
const aboutSchema = v.object({
  version: v.literal(1),
  /** Of the pictures that it belongs to. */
  pictures: v.string(),
  teacher: v.string(),
  classes: whole,
  /** Changes a picture. */
  samples: whole,
  /** Shares kept of each. */
  k: whole,
});

export interface ReinforcedSet extends v.InferOutput<typeof aboutSchema> {
  /** `[pictures, samples, 12]`. */
  readonly changes: Uint8Array;
  /** `[pictures, samples, k]`: classes, the likeliest first, and their probabilities. */
  readonly top: Int32Array;
  readonly shares: Float32Array;
}

export interface ReinforceOptions {
  readonly samples: number;
  readonly k: number;
  readonly seed: number;
  readonly teacher: string;
  /** The teacher's outputs, a row a picture, for these pictures. */
  answer(pictures: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  readonly onPicture?: (done: number, total: number) => void;
}

/** Changes each picture of the training part `samples` times and asks the teacher. */
export async function reinforce(pictures: LabelledPictures, options: ReinforceOptions): Promise<ReinforcedSet> {
  const { samples, seed, teacher, answer, onPicture } = options;
  const count = pictures.counts.train;
  const classes = pictures.classes.length;
  const k = Math.min(options.k, classes);
  const changes = new Uint8Array(count * samples * CHANGE_BYTES);
  const top = new Int32Array(count * samples * k);
  const shares = new Float32Array(count * samples * k);
  for (let picture = 0; picture < count; picture++) {
    const { pixels } = pictures.sample('train', picture);
    const own = Array.from({ length: samples }, (_, sample) => {
      const change = drawChange(new Draws(seed, picture, sample));
      changes.set(change, (picture * samples + sample) * CHANGE_BYTES);
      return changed(pixels, pictures.side, change);
    });
    const rows = await answer(own);
    rows.forEach((row, sample) => {
      const all = classProbabilities(row);
      const kept = [...all.keys()].sort((a, b) => (all[b] as number) - (all[a] as number) || a - b).slice(0, k);
      const at = (picture * samples + sample) * k;
      top.set(kept, at);
      shares.set(
        kept.map((c) => all[c] as number),
        at,
      );
    });
    onPicture?.(picture + 1, count);
  }
  return { version: 1, pictures: pictures.fingerprint, teacher, classes, samples, k, changes, top, shares };
}

export interface ReinforcedSample {
  /** As the teacher saw it, bit for bit. */
  readonly pixels: Float32Array;
  /** Outputs whose softmax is what the teacher said, the rest spread over the other classes. */
  readonly outputs: Float64Array;
}

/** Least probability of a class: its logarithm is an output. */
const LEAST = 1e-8;

/** A stored sample of a picture, made again. */
export function replay(
  set: ReinforcedSet,
  { pixels }: LabelledPicture,
  picture: number,
  sample: number,
  side: number,
): ReinforcedSample {
  const at = picture * set.samples + sample;
  const change = set.changes.subarray(at * CHANGE_BYTES, (at + 1) * CHANGE_BYTES);
  const shares = new Float64Array(set.classes);
  for (let i = 0; i < set.k; i++) shares[set.top[at * set.k + i] as number] = set.shares[at * set.k + i] as number;
  const wanted = sparseTargets(shares, set.k, 'smooth');
  return { pixels: changed(pixels, side, change), outputs: wanted.map((share) => Math.log(Math.max(share, LEAST))) };
}

const key = 'bottleneck_reinforced';

export function writeReinforced(set: ReinforcedSet): Uint8Array {
  const { changes, top, shares, ...about } = set;
  const rows = changes.length / CHANGE_BYTES;
  return writeSafetensors(
    new Map([
      ['change', { shape: [rows, CHANGE_BYTES], values: changes }],
      ['class', { shape: [rows, set.k], values: top }],
      ['share', { shape: [rows, set.k], values: shares }],
    ]),
    { [key]: JSON.stringify(about) },
  );
}

/** The problem is the end of a sentence that begins with the file's name. */
export function readReinforced(file: Uint8Array): ReinforcedSet | { readonly problem: string } {
  const broken = (why: string): { problem: string } => ({
    problem: `is no reinforced set (${why}); make it anew with \`reinforce\``,
  });
  try {
    const { tensors, metadata } = readSafetensors(file);
    const about = v.parse(aboutSchema, JSON.parse(metadata.get(key) ?? 'null'));
    const [change, top, share] = ['change', 'class', 'share'].map((name) => tensors.get(name));
    if (change?.dtype !== 'U8' || top?.dtype !== 'I32' || share?.dtype !== 'F32') return broken('a tensor is missing');
    const rows = change.bytes.length / CHANGE_BYTES;
    const same = (bytes: Uint8Array): boolean => bytes.length === rows * about.k * 4;
    if (rows % about.samples !== 0 || !same(top.bytes) || !same(share.bytes))
      return broken('its tensors do not fit together');
    const classes = new Int32Array(top.bytes.slice().buffer);
    const shares = new Float32Array(share.bytes.slice().buffer);
    if (classes.some((c) => c < 0 || c >= about.classes)) return broken('it names a class that is none');
    if (shares.some((p) => !(p >= 0 && p <= 1))) return broken('a share is no probability');
    return { ...about, changes: change.bytes.slice(), top: classes, shares };
  } catch (error) {
    return broken((error as Error).message);
  }
}
