// `study NAME`: a paper's comparison on a toy, with seeds: a table of means with intervals, and one sentence of what was seen.
import { setImmediate } from 'node:timers/promises';
import { readSafetensors } from '../../graph/formats/safetensors/read.ts';
import { cpuBackend } from '../../graph/train/cpu-backend.ts';
import { studies } from '../../graph/train/studies/index.ts';
import {
  differenceText,
  estimated,
  measured,
  studyCsv,
  studyJson,
  type StudyReport,
} from '../../graph/train/studies/report.ts';
import { runStudy } from '../../graph/train/studies/run-study.ts';
import type { StudyPoint, StudyRun } from '../../graph/train/studies/findings.ts';
import type { Study } from '../../graph/train/studies/study.ts';
import { gpuTrainBackend, onDevice } from '../../workers/engine/train-backend.ts';
import { gpuOptions, openGpu } from '../gpu-device.ts';
import { textTable } from '../text-table.ts';
import { json, UsageError, type Console, type Verb } from '../verb.ts';

const names = Object.keys(studies);
const tellEveryMs = 5000;

export const study: Verb = {
  operands: '[NAME]',
  count: { min: 0, max: 1 },
  doc: `Repeats a paper’s comparison on a toy, with seeds (${names.join(', ')}); without a name, lists them and their arms.`,
  options: [
    {
      name: 'seeds',
      value: 'N',
      range: { min: 1, max: 100, integer: true },
      doc: 'How many seeds. Default: the study’s own, mostly 3.',
    },
    {
      name: 'seed',
      value: 'N',
      range: { min: 0, max: 1e9, integer: true },
      doc: 'The first seed. Default: 0.',
    },
    {
      name: 'steps',
      value: 'N',
      range: { min: 1, max: 100_000, integer: true },
      doc: 'Steps of a run. Default: the study’s own.',
    },
    { name: 'arms', value: 'A,B', doc: 'Only these arms of the comparison.' },
    {
      name: 'device',
      value: 'cpu|webgpu',
      choices: ['cpu', 'webgpu'],
      doc: 'Where the steps are computed. Default: cpu.',
    },
    {
      name: 'save',
      value: 'FILE',
      writes: ['.safetensors'],
      doc: 'The file of the last run that made one: an integer net, a reinforced set.',
    },
    { name: 'csv', doc: 'Print every run as a line of comma-separated values.' },
    ...gpuOptions.filter(({ name }) => name === 'adapter'),
    json,
  ],
  async run(given, console) {
    const [name] = given.positionals;
    if (name === undefined) return list(console, given.flag('json'));
    const chosen = Object.hasOwn(studies, name) ? studies[name] : undefined;
    if (!chosen) throw new UsageError(`There is no study "${name}"; there are ${names.join(', ')}.`);
    const arms = given.word('arms')?.split(',');
    const unknown = arms?.find((id) => !chosen.arms.some((arm) => arm.id === id));
    if (unknown !== undefined)
      throw new UsageError(
        `The study "${name}" has no arm "${unknown}"; it has ${chosen.arms.map(({ id }) => id).join(', ')}.`,
      );
    const save = given.word('save') === undefined ? undefined : given.output('save');
    const plain = !given.flag('json') && !given.flag('csv');
    let [stopped, pausedAt, toldAt] = [false, 0, performance.now()];
    const pause = async (): Promise<void> => {
      if (performance.now() - pausedAt < 50) return;
      pausedAt = performance.now();
      await setImmediate();
      if (stopped) throw new Error('stopped');
    };
    const stop = (): void => void (stopped = true);
    process.once('SIGINT', stop);
    const device =
      given.word('device') === 'webgpu' ? gpuTrainBackend(onDevice(await openGpu(given.word('adapter')))) : undefined;
    const labelOf = (id: string): string => chosen.arms.find((arm) => arm.id === id)?.label ?? id;
    const events = {
      point({ arm, seed, step, steps, loss }: StudyPoint): void {
        if (performance.now() - toldAt < tellEveryMs) return;
        toldAt = performance.now();
        console.err(`seed ${seed}, ${labelOf(arm)}: step ${step} of ${steps}, loss ${loss.toFixed(4)}`);
      },
      result: (run: StudyRun): void => {
        if (plain) console.out(runText(chosen, run, labelOf(run.arm)));
      },
    };
    let report: StudyReport;
    try {
      report = await runStudy(name, chosen, {
        backend: device ?? cpuBackend(pause),
        seeds: given.number('seeds'),
        firstSeed: given.number('seed'),
        steps: given.number('steps'),
        arms,
        pause,
        stopped: () => stopped,
        events,
        now: () => performance.now(),
      });
    } finally {
      process.off('SIGINT', stop);
      device?.destroy();
    }
    const made = report.runs.findLast(({ file }) => file)?.file;
    if (save && !made) throw new UsageError(`No run of "${name}" made a file; give no --save.`);
    if (save && made) save.save(made.bytes, (bytes) => void readSafetensors(bytes));
    if (given.flag('json')) console.out(studyJson(report));
    else if (given.flag('csv')) console.out(studyCsv(report).trimEnd());
    else printReport(report, console);
    if (stopped) console.err(`Stopped after ${report.runs.length} runs.`);
    return stopped ? 130 : 0;
  },
};

function list(console: Console, asJson: boolean): number {
  if (asJson)
    console.out(
      JSON.stringify(
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
        undefined,
        2,
      ),
    );
  else
    for (const [name, { asks, paper, arms }] of Object.entries(studies)) {
      console.out(`${name}: ${asks} (${paper})`);
      console.out(`  arms: ${arms.map(({ id }) => id).join(', ')}`);
    }
  return 0;
}

const runText = ({ measures }: Study, { seed, values, note }: StudyRun, label: string): string => {
  const said = measures.flatMap((measure) => {
    const value = values[measure.id];
    return value === undefined ? [] : [`${measure.label.toLowerCase()} ${measured(value, measure)}`];
  });
  return `seed ${seed}, ${label}: ${said.join(', ')}${note === undefined ? '' : ` (${note})`}`;
};

function printReport({ measures, rows, sentence, seconds, device, steps, seeds }: StudyReport, console: Console): void {
  const [first] = measures;
  if (!first || rows.length === 0) return;
  const columns = [
    { title: 'arm' },
    ...measures.map(({ label }) => ({ title: label, right: true })),
    { title: `${first.label}, difference` },
  ];
  const cells = rows.map(({ label, values, difference }) => [
    label,
    ...measures.map((measure) => {
      const value = values[measure.id];
      return value ? estimated(value, measure) : '';
    }),
    difference ? differenceText(difference, first) : '',
  ]);
  console.out('');
  for (const line of textTable(columns, cells)) console.out(line);
  console.out('');
  console.out(sentence);
  console.out(`${steps} steps, ${seeds === 1 ? 'one seed' : `${seeds} seeds`}, ${seconds.toFixed(0)} s on ${device}.`);
}
