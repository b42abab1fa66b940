// What a trial of an edited kernel found, in sentences.
import { milliseconds, percent } from '../../parts/format.ts';
import type { Trial } from '../../../workers/engine/kernel-trial.ts';

export interface TrialText {
  readonly tone: 'good' | 'info' | 'bad';
  readonly strong: string;
  readonly text: string;
}

const axes = ['batch', 'y', 'x', 'channel'] as const;

/** `y 3, x 5, channel 7`: the batch is left out where there is one; rows of tokens and vectors have no x. */
function placeText(at: readonly number[]): string {
  const names =
    at.length === 4
      ? axes
      : at.length === 3
        ? (['batch', 'row', 'channel'] as const)
        : axes.filter((_, i) => i % 3 === 0);
  return at
    .flatMap((index, i) => (i === 0 && index === 0 && at.length > 1 ? [] : [`${names[i] ?? 'index'} ${index}`]))
    .join(', ');
}

const number = (value: number): string => (Number.isNaN(value) ? 'nothing, or no number' : value.toPrecision(6));

export function trialText(trial: Trial): TrialText {
  switch (trial.verdict) {
    case 'does not compile':
      return { tone: 'bad', strong: 'Refused: it does not compile.', text: '' };
    case 'wrong': {
      const { value, at, found, wanted, given, wrong, of } = trial.worst;
      return {
        tone: 'bad',
        strong: `Refused: ${value} is wrong at ${placeText(at)}.`,
        text: `It holds ${number(found)} instead of ${number(wanted)} when the kernel is given ${given}, the worst of ${wrong} wrong elements of ${of}.`,
      };
    }
    case 'faster':
    case 'not faster': {
      const { error, pairs, wins, editedMs, currentMs, ratio, interval } = trial;
      const numbers = `${milliseconds(editedMs)} against ${milliseconds(currentMs)}, ahead in ${wins} of ${pairs} pairs: ${ratio.toFixed(3)} of its time, 95 % interval ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}. Largest error ${percent(error, error < 1e-5 ? 5 : 3)} of the largest value.`;
      return trial.verdict === 'faster'
        ? { tone: 'good', strong: 'Right and faster: kept for this device.', text: numbers }
        : { tone: 'info', strong: 'Right, but not faster: not kept.', text: numbers };
    }
  }
}
