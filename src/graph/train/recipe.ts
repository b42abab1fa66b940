// A recipe of training as a short readable text: one line a setting, everything else by default; the same text and seed give the same run.
import { carriedLines, withCarriedLines } from './carried-line.ts';
import type { Augmentation } from './data/augment.ts';
import type { Loss } from './loss.ts';
import type { OptimizerOptions } from './optimizer.ts';
import { readSchedule, type Schedule } from './schedule.ts';

export interface TrainRecipe {
  readonly steps: number;
  /** Pictures a step. */
  readonly batch: number;
  /** Largest learning rate. */
  readonly rate: number;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerOptions;
  readonly loss: Extract<Loss, { name: 'ce' }>;
  readonly clipNorm?: number;
  /** Decay of the averaged weights, which are then the result. */
  readonly ema?: number;
  /** Prefixes of what is trained; absent: everything. */
  readonly trainable?: readonly string[];
  readonly seed: number;
  /** Batches whose gradients make one update. */
  readonly accumulate?: number;
  /** Steps between two looks at pictures kept aside; the weights of the best look are then the result. */
  readonly check?: number;
  /** Looks without a better one after which the run ends. */
  readonly patience?: number;
  readonly augment?: Augmentation;
  /** Pictures that are drawn, where none are given. */
  readonly drawn?: { readonly count: number; readonly difficulty: number };
}

/** Drawn pictures to train on at most. */
export const mostDrawn = 100_000;

/** Pictures that are drawn unless the recipe says. */
export const usualDrawn = { count: 1500, difficulty: 0 } as const;

export const defaultRecipe: TrainRecipe = {
  steps: 300,
  batch: 32,
  rate: 0.1,
  schedule: { kind: 'cosine', to: 0, warmup: 10 },
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weight_decay: 1e-4, decay: 'matrices' },
  loss: { name: 'ce', label_smoothing: 0 },
  seed: 0,
};

interface Setting {
  readonly form: string;
  readonly pattern: RegExp;
  readonly read: (found: readonly string[]) => Partial<TrainRecipe> | { readonly problem: string };
}

const n = String.raw`(\d*\.?\d+(?:e[+-]?\d+)?)`;
const whole = String.raw`(\d+)`;
const decay = (text: string | undefined): { weight_decay: number; decay: 'matrices' } => ({
  weight_decay: Number(text ?? 0),
  decay: 'matrices',
});

const settings: Readonly<Record<string, Setting>> = {
  steps: { form: 'steps 300', pattern: RegExp(`^${whole}$`), read: ([, a]) => atLeast(1, 'steps', Number(a)) },
  batch: { form: 'batch 32', pattern: RegExp(`^${whole}$`), read: ([, a]) => atLeast(1, 'batch', Number(a)) },
  seed: { form: 'seed 0', pattern: RegExp(`^${whole}$`), read: ([, a]) => ({ seed: Number(a) }) },
  rate: {
    form: 'rate 0.1 cosine to 0, warm-up 10',
    pattern: RegExp(`^${n}(?: (.+))?$`),
    read([, peak, words = 'constant']) {
      const schedule = readSchedule(words);
      return 'problem' in schedule ? schedule : { rate: Number(peak), schedule };
    },
  },
  optimizer: {
    form: 'optimizer sgd momentum 0.9 decay 1e-4',
    pattern: RegExp(`^(sgd|adamw|rmsprop)(?: momentum ${n})?( nesterov)?(?: decay ${n})?$`),
    read([, name, momentum = '0', nesterov, weight]) {
      if (name === 'adamw') return { optimizer: { name, betas: [0.9, 0.999], eps: 1e-8, ...decay(weight) } };
      if (name === 'rmsprop')
        return {
          optimizer: { name: 'rmsprop_tf', alpha: 0.9, momentum: Number(momentum), eps: 1e-3, ...decay(weight) },
        };
      const own = { momentum: Number(momentum), nesterov: nesterov !== undefined };
      return { optimizer: { name: 'sgd', ...own, ...decay(weight) } };
    },
  },
  smoothing: {
    form: 'smoothing 0.1',
    pattern: RegExp(`^${n}$`),
    read: ([, a]) => ({ loss: { name: 'ce', label_smoothing: Number(a) } }),
  },
  clip: { form: 'clip 1', pattern: RegExp(`^${n}$`), read: ([, a]) => ({ clipNorm: Number(a) }) },
  ema: { form: 'ema 0.99', pattern: RegExp(`^${n}$`), read: ([, a]) => ({ ema: Number(a) }) },
  accumulate: {
    form: 'accumulate 4',
    pattern: RegExp(`^${whole}$`),
    read: ([, a]) => atLeast(1, 'accumulate', Number(a)),
  },
  check: {
    form: 'check every 50, patience 4',
    pattern: RegExp(`^every ${whole}(?:, patience ${whole})?$`),
    read: ([, every, patience]) => ({
      ...atLeast(1, 'check', Number(every)),
      ...(patience !== undefined && atLeast(1, 'patience', Number(patience))),
    }),
  },
  augment: {
    form: 'augment flip, shift 2, light 0.1',
    pattern: RegExp(`^(flip)?(?:(?:^|, )shift ${whole})?(?:(?:^|, )light ${n})?$`),
    read: ([, flip, shift, light]) => ({
      augment: { flip: flip !== undefined, shift: Number(shift ?? 0), light: Number(light ?? 0) },
    }),
  },
  pictures: {
    form: 'pictures 1500, difficulty 0.1',
    pattern: RegExp(`^${whole}(?:, difficulty ${n})?$`),
    read: ([, count, difficulty]) =>
      Number(count) >= 1 && Number(count) <= mostDrawn && Number(difficulty ?? 0) <= 1
        ? { drawn: { count: Number(count), difficulty: Number(difficulty ?? 0) } }
        : { problem: `pictures must be 1 to ${mostDrawn}, difficulty 0 to 1` },
  },
  train: {
    form: 'train blocks.6 classifier',
    pattern: /^(\S.*)$/,
    read: ([, a = '']) => ({ trainable: a.split(' ') }),
  },
};

const atLeast = (
  least: number,
  key: 'steps' | 'batch' | 'accumulate' | 'check' | 'patience',
  value: number,
): Partial<TrainRecipe> | { readonly problem: string } =>
  value >= least ? { [key]: value } : { problem: `${key} must be at least ${least}` };

/** The recipe that a net's text carries, a line a setting. */
export const carriedRecipe = (net: string): string | undefined => carriedLines(net, 'train');

/** The text with that recipe in it. */
export const withRecipe = (net: string, recipe: string): string => withCarriedLines(net, 'train', recipe);

/** The recipe of a text, or a sentence that names the line and what would be right. `#` begins a comment. */
export function readRecipe(text: string): TrainRecipe | { readonly problem: string } {
  let recipe = defaultRecipe;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, '').trim().replace(/\s+/g, ' ');
    if (words === '') continue;
    const [key = '', rest = ''] = [words.split(' ')[0], words.slice(words.indexOf(' ') + 1)];
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    const at = `line ${index + 1}, "${words}": `;
    if (!setting)
      return { problem: `${at}no setting is called "${key}"; there are ${Object.keys(settings).join(', ')}` };
    const found = setting.pattern.exec(rest);
    if (!found || rest === words) return { problem: `${at}write it as "${setting.form}"` };
    const read = setting.read([...found]);
    if ('problem' in read) return { problem: at + read.problem };
    recipe = { ...recipe, ...read };
  }
  const { ema = 0, loss, optimizer } = recipe;
  if (ema >= 1 || loss.label_smoothing > 1 || ('momentum' in optimizer && optimizer.momentum >= 1))
    return { problem: 'momentum and ema must be below 1, smoothing at most 1' };
  return recipe;
}
