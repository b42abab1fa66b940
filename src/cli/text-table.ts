// Plain text tables with aligned columns, and the units that numbers carry in them.

export interface TextColumn {
  readonly title: string;
  /** Numbers align right; default left. */
  readonly right?: boolean;
}

/** Lines of a table: titles, a rule, one line a row. Cells are text already. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const width = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, lengthOf(row[i] ?? '')), lengthOf(title)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, i) => {
        const cell = cells[i] ?? '';
        const blank = ' '.repeat((width[i] as number) - lengthOf(cell));
        return right ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), line(width.map((count) => '─'.repeat(count))), ...rows.map(line)];
}

/** Code points, which is what a terminal's columns come to for the letters used here. */
const lengthOf = (text: string): number => [...text].length;

/** 3504872 → `3,504,872`. */
export const integer = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Millions with three decimals: `300.774`. */
export const millions = (count: number): string => (count / 1e6).toFixed(3).replace(/\B(?=(\d{3})+\.)/g, ',');

/** Bytes in the decimal unit that leaves one to three digits: `14.0 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let power = 0;
  let value = count;
  for (; value >= 999.95 && power < units.length - 1; power++) value /= 1000;
  return `${power === 0 ? String(value) : value.toFixed(1)} ${units[power] as string}`;
}

/** `112×112×32` for a map, `197×384` for tokens, `1000` for a vector; the batch of 1 is left out. */
export const shapeText = (shape: readonly number[]): string => shape.slice(1).join('×');

/** Rows × columns, one number when they agree. */
export function pairText([rows, columns]: readonly [number, number]): string {
  const text = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  return rows === columns ? text(rows) : `${text(rows)}×${text(columns)}`;
}

/** Signal to noise, `equal` without any noise. */
export const decibels = (value: number): string =>
  Number.isFinite(value) ? `${value.toFixed(1)} dB` : value > 0 ? 'equal' : 'no signal';
