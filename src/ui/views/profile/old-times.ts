// While an edited net is measured, its rows show the times of before the edit, marked as old: numbers do not vanish and come back.
import type { BlockLine } from '../../../graph/architecture.ts';
import { counterparts } from '../../state/baseline.ts';
import type { BlockRow } from './rows.ts';

export interface Before {
  readonly lines: readonly BlockLine[];
  readonly blocks: readonly BlockRow[];
}

/** Rows without a time get the one of the row that stood there before; what is new stays without. */
export function withOldTimes(
  blocks: readonly BlockRow[],
  lines: readonly BlockLine[],
  before: Before,
): readonly BlockRow[] {
  const match = counterparts(lines, before.lines);
  const old = new Map(before.blocks.map((row) => [`${row.line}:${row.repeat}`, row]));
  return blocks.map((row) => {
    const other = match[row.line];
    const was = other === undefined ? undefined : old.get(`${other}:${row.repeat}`);
    return row.ms !== undefined || was?.ms === undefined ? row : { ...row, ms: was.ms, share: was.share, old: true };
  });
}
