// Reads one set of a space: `k{3,5}`, `c{16..64/8}`, `act={relu,hswish}`, `c24{0.75,1,1.25}`.
import { quote } from '../../notation/problem-list.ts';

/** Most values of a set. */
const most = 64;

interface ReadSet {
  readonly options: readonly string[];
  readonly ordered: boolean;
  readonly scaled?: { readonly key: string; readonly base: number };
}

/** Returns what is wrong as a sentence, with the text that would be right where there is one. */
export function readSet(text: string): ReadSet | { readonly problem: string; readonly fix?: string } {
  const shape = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/.exec(text);
  if (!shape) {
    const isOpen = (text.match(/\{/g) ?? []).length > (text.match(/\}/g) ?? []).length;
    return isOpen
      ? { problem: `${quote(text)}: the set is not closed.`, fix: `${text}}` }
      : { problem: `${quote(text)} is no set: write it as "k{3,5}".` };
  }
  const [, before = '', inside = '', behind = ''] = shape;
  const values = inside.split(',').flatMap(expanded);
  const broken = values.find((value) => typeof value !== 'string');
  if (broken) return broken;
  const texts = values as string[];
  if (texts.some((value) => value === '')) {
    const kept = texts.filter((value) => value !== '');
    return {
      problem: kept.length > 0 ? `${quote(text)}: a value is missing.` : `${quote(text)}: the set is empty.`,
      ...(kept.length > 0 && { fix: `${before}{${kept.join(',')}}${behind}` }),
    };
  }
  const distinct = [...new Set(texts)];
  if (distinct.length < texts.length)
    return { problem: `${quote(text)}: a value stands twice.`, fix: `${before}{${distinct.join(',')}}${behind}` };
  if (texts.length > most)
    return { problem: `${quote(text)}: a set has at most ${most} values, this one ${texts.length}.` };
  const ordered = texts.length > 1 && texts.every((value, i) => Number(value) > Number(texts[i - 1] ?? -Infinity));
  const scale = behind === '' ? /^([a-z]+)(\d+)$/.exec(before) : undefined;
  if (scale && Number(scale[2]) > 0) {
    const wrong = texts.find((value) => !(Number(value) > 0 && Number(value) <= 64));
    if (wrong !== undefined)
      return { problem: `${quote(text)}: ${quote(wrong)} is no factor of ${scale[2]}, for example 0.75.` };
    return { options: texts, ordered, scaled: { key: scale[1]!, base: Number(scale[2]) } };
  }
  return { options: texts.map((value) => `${before}${value}${behind}`), ordered };
}

/** `16..64/8` → 16, 24 … 64; anything else is itself. */
function expanded(item: string): readonly (string | { readonly problem: string; readonly fix?: string })[] {
  if (!item.includes('..')) return [item];
  const range = /^(\d+)\.\.(\d+)(?:\/(\d+))?$/.exec(item);
  const [from, to, step] = range ? [Number(range[1]), Number(range[2]), Number(range[3] ?? 1)] : [0, 0, 0];
  if (!range || step === 0) return [{ problem: `${quote(item)} is no range: write it as "16..64/8": from, to, step.` }];
  if (from > to) return [{ problem: `${quote(item)}: a range goes from the smaller number to the larger.` }];
  const count = Math.floor((to - from) / step) + 1;
  if (count > most) return [{ problem: `${quote(item)} has ${count} values; a set has at most ${most}.` }];
  return Array.from({ length: count }, (_, i) => String(from + i * step));
}
