// How good a taught head is on samples that it has not seen, against guessing: half right of two classes is chance, not success.

export interface HeldOut {
  readonly right: number;
  readonly count: number;
  /** Share that always answering the most frequent class gets right. */
  readonly chance: number;
  /** `better`: than guessing, with 95 % confidence; `unsure`: more right than by guessing, of too few to tell; else `guessing`. */
  readonly verdict: 'better' | 'unsure' | 'guessing';
}

/** z of a one-sided 95 % bound. */
const z = 1.645;

/** `confusion`: held-out samples, `[truth, answer]`. */
export function judgeHeldOut(confusion: readonly (readonly number[])[]): HeldOut {
  const rows = confusion.map((row) => row.reduce((sum, n) => sum + n, 0));
  const count = rows.reduce((sum, n) => sum + n, 0);
  const right = confusion.reduce((sum, row, k) => sum + (row[k] ?? 0), 0);
  if (count === 0) return { right, count, chance: 0, verdict: 'unsure' };
  const chance = Math.max(...rows) / count;
  const share = right / count;
  // Wilson's lower bound (1927): holds for few samples too.
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const atLeast = (share + (z * z) / (2 * count) - spread) / (1 + (z * z) / count);
  return { right, count, chance, verdict: atLeast > chance ? 'better' : share > chance ? 'unsure' : 'guessing' };
}
