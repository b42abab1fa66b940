// A study's outcome as a table and one sentence of what was seen: means over seeds with intervals, never a promised winner.
import { estimate, type SeedEstimate } from './statistics.ts';
import type { StudyMeasure, ReliabilityBin, StudyRun } from './findings.ts';
import type { Study } from './study.ts';

export interface StudyRow {
  readonly arm: string;
  readonly label: string;
  readonly values: Readonly<Record<string, SeedEstimate>>;
  /** First measure minus that of the arm it is compared with, seed by seed; absent for that one itself. */
  readonly difference?: SeedEstimate & { readonly against: string };
  /** Over all seeds. */
  readonly reliability?: readonly ReliabilityBin[];
  readonly notes: readonly string[];
}

export interface StudyReport {
  readonly study: string;
  readonly title: string;
  readonly paper: string;
  readonly device: string;
  readonly steps: number;
  readonly seeds: number;
  readonly seconds: number;
  readonly measures: readonly StudyMeasure[];
  readonly rows: readonly StudyRow[];
  readonly runs: readonly StudyRun[];
  /** What was seen. */
  readonly sentence: string;
}

interface Setting {
  readonly steps: number;
  readonly seeds: number;
  readonly arms: readonly string[];
  readonly device: string;
}

export function reportOf(
  name: string,
  study: Study,
  { steps, seeds, arms, device }: Setting,
  runs: readonly StudyRun[],
  seconds: number,
): StudyReport {
  const [first] = study.measures as [StudyMeasure];
  const of = (arm: string): StudyRun[] => runs.filter((run) => run.arm === arm);
  const rows = study.arms
    .filter(({ id }) => arms.includes(id) && of(id).length > 0)
    .map(({ id, label }): StudyRow => {
      const own = of(id);
      const values = Object.fromEntries(
        study.measures.flatMap((measure) => {
          const found = own.flatMap((run) => run.values[measure.id] ?? []);
          return found.length === 0 ? [] : [[measure.id, estimate(found)] as const];
        }),
      );
      const against = study.against ? study.against(id) : study.arms[0]?.id;
      const pairs = own.flatMap((run) => {
        const other = of(against ?? '').find(({ seed }) => seed === run.seed)?.values[first.id];
        const value = run.values[first.id];
        return other === undefined || value === undefined ? [] : [value - other];
      });
      const bins = pooled(own.flatMap(({ reliability }) => (reliability ? [reliability] : [])));
      return {
        arm: id,
        label,
        values,
        ...(against !== undefined &&
          against !== id &&
          pairs.length > 0 && { difference: { ...estimate(pairs), against } }),
        ...(bins && { reliability: bins }),
        notes: [...new Set(own.flatMap(({ note }) => note ?? []))],
      };
    });
  const { title, paper, measures } = study;
  const sentence = sentenceOf(study, rows, seeds);
  return { study: name, title, paper, device, steps, seeds, seconds, measures, rows, runs, sentence };
}

function pooled(diagrams: readonly (readonly ReliabilityBin[])[]): readonly ReliabilityBin[] | undefined {
  return diagrams[0]?.map((_, i) => {
    const bins = diagrams.flatMap((bins) => bins[i] ?? []);
    const count = bins.reduce((sum, bin) => sum + bin.count, 0);
    const mean = (key: 'confidence' | 'accuracy'): number =>
      count === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * bin[key], 0) / count;
    return { count, confidence: mean('confidence'), accuracy: mean('accuracy') };
  });
}

/** A value of a measure in words. */
export function measured(value: number, { unit }: Pick<StudyMeasure, 'unit'>): string {
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  if (unit === 'ms') return `${value.toPrecision(3)} ms`;
  if (unit === 'bytes') return `${value.toFixed(1)} B`;
  return unit === 'whole' ? String(Math.round(value)) : value.toPrecision(4);
}

/** A mean with its interval. */
export const estimated = ({ mean, half }: SeedEstimate, measure: StudyMeasure): string =>
  half === undefined || half === 0
    ? measured(mean, measure)
    : `${measured(mean, measure)} ± ${measured(half, measure)}`;

const signed = (value: number, text: string): string => (value < 0 ? text.replace('-', '−') : `+${text}`);

/** A difference with its interval. */
export function differenceText({ mean, half }: SeedEstimate, { unit }: Pick<StudyMeasure, 'unit'>): string {
  const text = (value: number): string =>
    signed(value, unit === 'share' ? (100 * value).toFixed(1) : value.toPrecision(3));
  const words = unit === 'share' ? `${text(mean)} points` : text(mean);
  return half === undefined ? words : `${words} (95 % interval ${text(mean - half)} to ${text(mean + half)})`;
}

function sentenceOf(study: Study, rows: readonly StudyRow[], seeds: number): string {
  const [first] = study.measures as [StudyMeasure];
  const labelOf = (arm: string): string => study.arms.find(({ id }) => id === arm)?.label ?? arm;
  const seen = rows.flatMap(({ label, difference }) => {
    if (!difference) return [];
    const { mean, half, against } = difference;
    const sure = half !== undefined && Math.abs(mean) > half;
    const doubt = half === undefined ? ', one seed' : sure ? '' : ', which may be chance';
    return [`${label} against ${labelOf(against)}: ${differenceText(difference, first)}${doubt}`];
  });
  const values = rows.flatMap(({ label, values }) => {
    const own = values[first.id];
    return own ? [`${label} ${measured(own.mean, first)}`] : [];
  });
  const what = `${first.label} over ${seeds === 1 ? 'one seed' : `${seeds} seeds`}`;
  const compared = seen.length > 0 ? ` ${seen.join('; ')}.` : '';
  return `${what}: ${values.join(', ')}.${compared}`;
}

/** Every run as a line of comma-separated values. */
export function studyCsv({ runs, measures }: StudyReport): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = runs.map(({ arm, seed, values, note }) =>
    [arm, String(seed), ...measures.map(({ id }) => String(values[id] ?? '')), note ?? ''].map(cell).join(','),
  );
  return `${['arm', 'seed', ...measures.map(({ id }) => id), 'note'].join(',')}\n${lines.join('\n')}\n`;
}

/** The report without the bytes of files. */
export const studyJson = (report: StudyReport): string =>
  JSON.stringify(
    {
      ...report,
      runs: report.runs.map(({ file, ...run }) =>
        file ? { ...run, file: { name: file.name, bytes: file.bytes.length } } : run,
      ),
    },
    undefined,
    2,
  );
