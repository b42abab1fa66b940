// One colour a kernel family, the same in every chart of the pane; the slowest families get the colours.
import type { RunRecord } from '../../state/measurements/record.ts';

export interface FamilyTime {
  readonly name: string;
  readonly colour: string;
  readonly ms: number;
}

const COLOURS = 5;

/** `pointwise` of `pointwise/tiled-4x4`. */
export const familyOf = (kernel: string): string => kernel.split('/')[0] ?? kernel;

/** Slowest first; families beyond the colours share one as `other`. */
export function familiesOf({ dispatches }: Pick<RunRecord, 'dispatches'>): FamilyTime[] {
  const times = new Map<string, number>();
  for (const { kernel, ms } of dispatches) times.set(familyOf(kernel), (times.get(familyOf(kernel)) ?? 0) + ms);
  const sorted = [...times].sort(([, a], [, b]) => b - a);
  const named = sorted
    .slice(0, COLOURS)
    .map(([name, ms], index) => ({ name, ms, colour: `var(--stage-${index + 1})` }));
  const rest = sorted.slice(COLOURS).reduce((sum, [, ms]) => sum + ms, 0);
  return sorted.length > COLOURS ? [...named, { name: 'other', ms: rest, colour: 'var(--text-3)' }] : named;
}

export const colourOf = (families: readonly FamilyTime[], kernel: string): string =>
  families.find(({ name }) => name === familyOf(kernel))?.colour ?? 'var(--text-3)';
