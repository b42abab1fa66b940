// What the editor does when a fix is taken.
import type { Problem } from '../../../src/graph/ir/graph.ts';

export const applyFix = (text: string, { range, insert }: NonNullable<Problem['fix']>): string =>
  text.slice(0, range.from) + insert + text.slice(range.to);
