// What to keep in float, in a sentence that names the layers.
import type { Agreement } from '../../../graph/quant/compare.ts';

/** `a`, `a and b`, `a, b and c`; beyond `most` the rest is counted. */
export function listed(names: readonly string[], most = 6): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

const pictures = (count: number): string => `${count} ${count === 1 ? 'picture' : 'pictures'}`;

const percent = (share: number): string => `${(100 * share).toFixed(share === 1 ? 0 : 1)}\u202f%`;

/** `layers`: how many have an integer form. */
export function suggestion(
  float: readonly string[],
  layers: number,
  { top1, pictures: count }: Agreement,
  target?: { readonly share: number; readonly met: boolean },
): string {
  const agree = `The first answer is then float’s on ${percent(top1)} of ${pictures(count)}`;
  if (target && !target.met)
    return `Even with all ${layers} layers in float only ${percent(top1)} of ${pictures(count)} keep their answer: the target of ${percent(target.share)} cannot be met this way.`;
  if (float.length === 0)
    return target
      ? `All layers in int8 hold the target of ${percent(target.share)}: the first answer is float’s on ${percent(top1)} of ${pictures(count)}.`
      : `All ${layers} layers in int8. ${agree}.`;
  const kept = `Keep ${float.length === 1 ? 'one layer' : `${float.length} layers`} in float: ${listed(float)}. ${agree}`;
  return target ? `${kept}, which holds the target of ${percent(target.share)}.` : `${kept}.`;
}
