// The job that repeats papers' comparisons: on the device or the CPU, what is seen told ten times a second, a cancel heard in between.
import { studies } from '../../../graph/train/studies/index.ts';
import type { StudyPoint, StudyRun, StudySight } from '../../../graph/train/studies/findings.ts';
import { foresee } from '../../../graph/train/studies/foresee.ts';
import type { StudyQuestion } from '../../../graph/train/studies/question.ts';
import { runStudy, usualArms } from '../../../graph/train/studies/run-study.ts';
import type { Study } from '../../../graph/train/studies/study.ts';
import type { Job, JobHost } from '../../border/serve.ts';
import type { TrainedOn } from './protocol.ts';
import type { StudyCalls, StudyProgress } from './study-protocol.ts';
import { withBackend } from './with-backend.ts';

const tellEveryMs = 100;

/** On the CPU; {@link studyOnGpu} is the other one. */
export const study: Job = { name: 'study', serve: (host) => serveStudies(host, 'cpu') };

const now = (): number => performance.now();

function named({ study: name }: StudyQuestion): Study {
  const found = Object.hasOwn(studies, name) ? studies[name] : undefined;
  if (!found) throw new Error(`There is no study "${name}"; there are ${Object.keys(studies).join(', ')}.`);
  return found;
}

export function serveStudies(host: JobHost, on: TrainedOn): StudyCalls {
  const { call, tell } = host;
  return {
    list: (ticket) =>
      call(ticket, () =>
        Promise.resolve(
          Object.entries(studies).map(([name, { title, asks, paper, steps, seeds, arms, measures }]) => ({
            name,
            title,
            asks,
            paper,
            steps,
            seeds,
            arms,
            measures,
          })),
        ),
      ),
    foresee: (ticket, question) =>
      call(ticket, (context) =>
        withBackend(host, on, context, (backend) => {
          const { steps, seeds, arms = usualArms(named(question)) } = question;
          return foresee(named(question), { backend, steps, seeds, arms, pause: context.pause, now });
        }),
      ),
    run: (ticket, question) =>
      call(ticket, (context) =>
        withBackend(host, on, context, async (backend) => {
          const { signal, pause } = context;
          let [points, runs, sights, toldAt] = [[] as StudyPoint[], [] as StudyRun[], [] as StudySight[], 0];
          const report = (): void => {
            const progress: StudyProgress = { points, runs, sights };
            [points, runs, sights, toldAt] = [[], [], [], now()];
            tell(progress);
          };
          const events = {
            sight: (sight: StudySight): void => void sights.push(sight),
            point(point: StudyPoint): void {
              points.push(point);
              if (now() - toldAt > tellEveryMs) report();
            },
            // The report brings what was made; it need not cross twice.
            result({ file: _, ...run }: StudyRun): void {
              runs.push(run);
              report();
            },
          };
          const { study: name, steps, seeds, seed: firstSeed, arms } = question;
          const stopped = (): boolean => signal.aborted;
          const options = { backend, steps, seeds, firstSeed, arms, pause, stopped, events, now };
          const found = await runStudy(name, named(question), options);
          report();
          return found;
        }),
      ),
  };
}
