// What crosses the border of the job that repeats papers' comparisons: which study with which seeds in, losses and findings as they come, a report out.
import type {
  StudyArm,
  StudyMeasure,
  StudyPoint,
  StudyRun,
  StudySight,
} from '../../../graph/train/studies/findings.ts';
import type { StudyQuestion } from '../../../graph/train/studies/question.ts';
import type { StudyReport } from '../../../graph/train/studies/report.ts';
import type { Outcome } from '../../border/protocol.ts';

/** A study as the page offers it. */
export interface StudyFacts {
  readonly name: string;
  readonly title: string;
  readonly asks: string;
  readonly paper: string;
  readonly steps: number;
  readonly seeds: number;
  readonly arms: readonly StudyArm[];
  readonly measures: readonly StudyMeasure[];
}

/** What came since the last word. */
export interface StudyProgress {
  readonly points: readonly StudyPoint[];
  readonly runs: readonly StudyRun[];
  readonly sights: readonly StudySight[];
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface StudyCalls {
  list(ticket: number): Promise<Outcome<readonly StudyFacts[]>>;
  /** Milliseconds that it will take, about. */
  foresee(ticket: number, question: StudyQuestion): Promise<Outcome<number>>;
  /** Cancelled, it answers with what was seen. */
  run(ticket: number, question: StudyQuestion): Promise<Outcome<StudyReport>>;
}
