// A taught head as a file: safetensors with the classes and the net it belongs to, so that it can be kept, shared and opened again.
import * as v from 'valibot';
import {
  floatValues,
  readSafetensors,
  SafetensorsError,
  type StoredTensor,
} from '../../../graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../../graph/formats/safetensors/write.ts';
import type { NetOrigin } from '../../weights/net-status.ts';
import type { Head } from '../../../workers/jobs/vision/teach-head.ts';

const format = 'bottleneck-head-1';
const line = v.pipe(v.string(), v.minLength(1), v.maxLength(80), v.regex(/^\P{C}+$/u));
const metadata = v.object({
  format: v.literal(format),
  classes: v.pipe(v.string(), v.parseJson(), v.array(line), v.minLength(2), v.maxLength(100)),
  net: line,
  netHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  weights: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$|^$/)),
});

export const writeHead = ({ classes, features, weight, bias }: Head, origin: NetOrigin): Uint8Array =>
  writeSafetensors(
    new Map([
      ['weight', { shape: [classes.length, features], values: weight }],
      ['bias', { shape: [classes.length], values: bias }],
    ]),
    { format, classes: JSON.stringify(classes), ...origin },
  );

/** Reads a head's file; a sentence when it is none, or when it is another net's. */
export function readHead(file: Uint8Array, here: NetOrigin): { readonly head: Head } | { readonly problem: string } {
  let tensors: ReadonlyMap<string, StoredTensor>;
  let facts: Record<string, string>;
  try {
    const read = readSafetensors(file);
    tensors = read.tensors;
    facts = Object.fromEntries(read.metadata);
  } catch (error) {
    if (error instanceof SafetensorsError) return { problem: `This file cannot be read: ${error.message}.` };
    throw error;
  }
  const parsed = v.safeParse(metadata, facts);
  if (!parsed.success) return { problem: 'This file holds no head that Bottleneck taught.' };
  const { classes, net, netHash, weights } = parsed.output;
  if (netHash !== here.netHash) return { problem: `This head was taught on ${net}; open that net first.` };
  if (weights !== here.weights)
    return { problem: `This head was taught on other weights of ${net}; load those first.` };
  const [weight, bias] = [tensors.get('weight'), tensors.get('bias')];
  const features = weight?.shape[1] ?? 0;
  const fits =
    weight?.shape.length === 2 &&
    weight.shape[0] === classes.length &&
    bias?.shape.length === 1 &&
    bias.shape[0] === classes.length;
  if (!weight || !bias || !fits || features === 0 || weight.dtype !== 'F32' || bias.dtype !== 'F32') {
    return { problem: 'This head’s tensors do not fit its classes.' };
  }
  return { head: { classes, features, weight: floatValues(weight).slice(), bias: floatValues(bias).slice() } };
}
