// What a study is: a paper's comparison on a toy that fits a page, as arms, seeds and what is reported of each run.
import type { StudyArm, StudyMeasure } from './findings.ts';
import type { Lab } from './lab.ts';

export interface Study {
  readonly title: string;
  /** What is compared, in one sentence. */
  readonly asks: string;
  /** arXiv number or title. */
  readonly paper: string;
  /** Of a run, unless the user says. */
  readonly steps: number;
  readonly seeds: number;
  /** The others are compared with the first, or with `against`. */
  readonly arms: readonly StudyArm[];
  /** The first is what the sentence is about. */
  readonly measures: readonly StudyMeasure[];
  /** The arm that an arm is compared with; absent: the first one. */
  against?(arm: string): string | undefined;
  /** Runs the arms that the lab wants with one seed, and reports each by `lab.report`. The same seed gives the same numbers. */
  run(lab: Lab, seed: number): Promise<void>;
}
