// Learning-rate schedules as a short readable text, and the rate of every step: computed once, read by step number.

export interface Schedule {
  readonly kind: 'constant' | 'step' | 'exponential' | 'cosine' | 'linear';
  /** step, exponential: what the rate is multiplied by, and after how many steps. */
  readonly factor?: number;
  readonly every?: number;
  /** exponential: only whole periods count. */
  readonly staircase?: boolean;
  /** cosine, linear: rate at the end. */
  readonly to?: number;
  /** Steps in which the rate rises linearly before the schedule begins. */
  readonly warmup?: number;
  /** Share of the peak that the schedule begins at; 1 when not given. */
  readonly from?: number;
}

const number = String.raw`(\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;
const forms = {
  step: new RegExp(`^step ${number} every ${number}$`),
  exponential: new RegExp(`^exponential ${number} every ${number}(, staircase)?$`),
  towards: new RegExp(`^(cosine|linear) to ${number}(?:, warm-up ${number})?$`),
  share: new RegExp(String.raw`^(cosine|linear) from ${number} ?%(?: of the (?:initial|peak) rate)?(?: \(.*\))?$`),
};

/**
 * `constant`, `step 0.1 every 8`, `exponential 0.97 every 2.4[, staircase]`, `cosine to 0.001[, warm-up 4]`, `linear to 0[, warm-up 4]`,
 * `cosine from 1 %`; or a sentence that says what is wrong.
 */
export function readSchedule(text: string): Schedule | { readonly problem: string } {
  const words = text.trim().replace(/\s+/g, ' ');
  if (words === 'constant') return { kind: 'constant' };
  let found = forms.step.exec(words);
  if (found) return positive(words, { kind: 'step', factor: Number(found[1]), every: Number(found[2]) });
  found = forms.exponential.exec(words);
  if (found) {
    const staircase = found[3] !== undefined;
    return positive(words, { kind: 'exponential', factor: Number(found[1]), every: Number(found[2]), staircase });
  }
  found = forms.towards.exec(words);
  if (found)
    return { kind: found[1] as 'cosine' | 'linear', to: Number(found[2]), warmup: Math.floor(Number(found[3] ?? 0)) };
  found = forms.share.exec(words);
  if (found) return { kind: found[1] as 'cosine' | 'linear', to: 0, from: Number(found[2]) / 100 };
  return {
    problem: `"${text}" is no schedule; write constant, step 0.1 every 8, exponential 0.97 every 2.4, cosine to 0.001, warm-up 4, or linear to 0`,
  };
}

const positive = (text: string, schedule: Schedule): Schedule | { readonly problem: string } =>
  (schedule.every as number) > 0 ? schedule : { problem: `"${text}" multiplies the rate every 0 steps` };

/** Rate of each of `steps` steps. */
export function ratesOf(schedule: Schedule, peak: number, steps: number): Float64Array {
  const { kind, factor = 1, every = 1, staircase = false, to = 0, warmup = 0, from = 1 } = schedule;
  const start = peak * from;
  return Float64Array.from({ length: steps }, (_, t) => {
    if (t < warmup) return (peak * (t + 1)) / (warmup + 1);
    const progress = (t - warmup) / Math.max(1, steps - warmup);
    if (kind === 'step') return start * factor ** Math.floor(t / every);
    if (kind === 'exponential') return start * factor ** (staircase ? Math.floor(t / every) : t / every);
    if (kind === 'cosine') return to + ((start - to) * (1 + Math.cos(Math.PI * progress))) / 2;
    return kind === 'linear' ? to + (start - to) * (1 - progress) : start;
  });
}
