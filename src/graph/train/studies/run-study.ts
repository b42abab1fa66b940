// Runs a study seed by seed, arm by arm, and draws together what was seen.
import type { TrainBackend } from '../backend.ts';
import { Lab, type LabEvents } from './lab.ts';
import { reportOf, type StudyReport } from './report.ts';
import type { StudyRun } from './findings.ts';
import type { Study } from './study.ts';

export interface StudyOptions {
  readonly backend: TrainBackend;
  /** Absent: the study's own number. */
  readonly seeds?: number | undefined;
  /** Of the seeds, which follow one another; absent: 0. */
  readonly firstSeed?: number | undefined;
  readonly steps?: number | undefined;
  /** Absent: the usual ones. */
  readonly arms?: readonly string[] | undefined;
  readonly pause?: () => Promise<void> | undefined;
  /** Whether the user has had enough: what was seen so far is then the report. */
  readonly stopped?: () => boolean;
  readonly events?: Partial<LabEvents>;
  /** Milliseconds from any start: `performance.now`. */
  readonly now: () => number;
}

/** Throws RangeError where an arm is unknown. `pause` may reject: a study that is `stopped` then answers with what there is. */
export async function runStudy(name: string, study: Study, options: StudyOptions): Promise<StudyReport> {
  const {
    backend,
    seeds = study.seeds,
    firstSeed = 0,
    steps = study.steps,
    pause = () => undefined,
    stopped,
    events = {},
    now,
  } = options;
  const arms = options.arms ?? usualArms(study);
  const unknown = arms.find((id) => !study.arms.some((arm) => arm.id === id));
  if (unknown !== undefined)
    throw new RangeError(`no arm is called "${unknown}"; there are ${study.arms.map(({ id }) => id).join(', ')}`);
  const runs: StudyRun[] = [];
  const lab = new Lab(
    backend,
    steps,
    new Set(arms),
    {
      point: (point) => events.point?.(point),
      result(run) {
        runs.push(run);
        events.result?.(run);
      },
      ...(events.sight && { sight: events.sight }),
    },
    pause,
    now,
  );
  const begun = now();
  try {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) await study.run(lab, seed);
  } catch (error) {
    if (stopped?.() !== true) throw error;
  }
  return reportOf(name, study, { steps, seeds, arms, device: backend.device }, runs, (now() - begun) / 1000);
}

export const usualArms = (study: Study): string[] =>
  study.arms.filter(({ usual }) => usual !== false).map(({ id }) => id);
