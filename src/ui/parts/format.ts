// Numbers as people read them: three significant digits, SI units, a thin space before the unit, tabular in tables.
const THIN = '\u202f';

/** 3,504,872 → "3.50 M". `digits` = significant digits. */
export function si(value: number, unit = '', digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  const steps = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  // 999.96 k must become 1.00 M, not 1000 k: compare after rounding to the digits shown.
  for (const [size, prefix] of steps) {
    if (Number((magnitude / size).toPrecision(digits)) >= 1)
      return `${significant(value / size, digits)}${THIN}${prefix}${unit}`;
  }
  if (Number.isInteger(value)) return unit ? `${value}${THIN}${unit}` : String(value);
  return `${significant(value, digits)}${unit ? THIN + unit : ''}`;
}

/** Bytes in binary units: 14,020,608 → "13.4 MiB". */
export function bytes(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let index = 0;
  let size = Math.abs(value);
  while (index < units.length - 1 && size >= 999.5) {
    size /= 1024;
    index++;
  }
  const text = index === 0 ? String(Math.round(size)) : significant(size, digits);
  return `${value < 0 ? '−' : ''}${text}${THIN}${units[index] as string}`;
}

/** Bytes a second in the units that bytes have: "1.31 GiB/s". */
export const byteRate = (value: number): string => (Number.isFinite(value) ? `${bytes(value)}/s` : '–');

/** "1 dispatch", "54 dispatches". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Milliseconds with a fixed number of digits that suits the size: 12.3 ms, 1.23 ms, 0.123 ms, 4.5 µs. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && magnitude < 0.0995) return `${significant(value * 1000, 2)}${THIN}µs`;
  if (magnitude >= 9995) return `${significant(value / 1000, 3)}${THIN}s`;
  return `${significant(value, 3)}${THIN}ms`;
}

/** A signed time: `+0.12 ms`. */
export const signedMs = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${milliseconds(Math.abs(value))}`;

/** A change with its sign: "+3.2 %", "−12 %", "±0 %". */
export function percentChange(from: number, to: number): string {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from === 0) return '–';
  const change = ((to - from) / from) * 100;
  if (Math.abs(change) < 0.05) return `±0${THIN}%`;
  return `${change > 0 ? '+' : '−'}${significant(Math.abs(change), Math.abs(change) >= 10 ? 3 : 2)}${THIN}%`;
}

export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)}${THIN}%` : '–';
}

/** 3504872 → "3,504,872". */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** `[1, 112, 112, 32]` → "112×112×32": the batch of one is left out. */
export const shapeText = (shape: readonly number[]): string => (shape[0] === 1 ? shape.slice(1) : shape).join('×');

function significant(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const exponent = Math.floor(Math.log10(Math.abs(rounded) || 1));
  return rounded.toFixed(Math.max(0, digits - 1 - exponent)).replace('-', '−');
}
