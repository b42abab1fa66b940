// What is asked of a study, as a link carries it: `# study: qat; seed 0; seeds 3; steps 300` in a net's text.
import { carriedLines, withCarriedLines } from '../carried-line.ts';

export interface StudyQuestion {
  readonly study: string;
  /** The first one. */
  readonly seed: number;
  readonly seeds: number;
  /** Of a run. */
  readonly steps: number;
  /** Absent: the usual ones. */
  readonly arms?: readonly string[];
}

export const mostSeeds = 20;
export const mostSteps = 20_000;

/** The question that a net's text carries; undefined where it carries none that can be read. */
export function carriedQuestion(net: string): StudyQuestion | undefined {
  const [study = '', ...settings] = carriedLines(net, 'study')?.split('\n') ?? [];
  if (!/^\w+$/.test(study)) return undefined;
  const of = (word: string): string | undefined =>
    settings
      .find((line) => line.startsWith(`${word} `))
      ?.slice(word.length + 1)
      .trim();
  const number = (word: string, usual: number, most: number): number => {
    const value = Number(of(word) ?? usual);
    return Number.isInteger(value) && value >= 0 && value <= most ? value : usual;
  };
  const arms = of('arms')?.split(/[ ,]+/);
  return {
    study,
    seed: number('seed', 0, 1e9),
    seeds: Math.max(1, number('seeds', 3, mostSeeds)),
    steps: Math.max(1, number('steps', 300, mostSteps)),
    ...(arms && { arms }),
  };
}

/** The text with that question in it. */
export function withQuestion(net: string, { study, seed, seeds, steps, arms }: StudyQuestion): string {
  const lines = [
    study,
    `seed ${seed}`,
    `seeds ${seeds}`,
    `steps ${steps}`,
    ...(arms ? [`arms ${arms.join(' ')}`] : []),
  ];
  return withCarriedLines(net, 'study', lines.join('\n'));
}
