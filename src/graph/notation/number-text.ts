// Numbers as the notation writes them: plain decimals, finite, one canonical spelling each.

/** Value of `12`, `0.25` or `1e-3`; undefined for everything else (signs, hex, `.5`, infinite values, `NaN`). */
export function readNumber(text: string): number | undefined {
  if (text.length > 32 || !/^\d+(\.\d+)?(e-?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Value of `12`; undefined for everything that is not a whole number written in digits. */
export const readInteger = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** The canonical spelling; `readNumber(printNumber(x)) === x` for finite x ≥ 0. */
export const printNumber = (value: number): string => String(value).replace('e+', 'e');

/** A number that somebody meant, out of a text that is not canonical: for fixes only. */
export function guessNumber(text: string): number | undefined {
  const match = /-?\d*\.?\d+/.exec(text.slice(0, 64));
  const value = match ? Number(match[0]) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

export const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
