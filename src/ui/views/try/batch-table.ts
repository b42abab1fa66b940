// What many answers come to: which folder names are classes, accuracy, confusion matrix, CSV.
import { shortLabel } from '../../../graph/tasks/classify/labels.ts';
import { csv, type Cell } from '../../parts/csv.ts';

export interface BatchRow {
  /** `tabby/one.jpg`. */
  readonly path: string;
  /** Class index that the folder names; undefined where it names none. */
  readonly truth?: number;
  /** Why the folder's name is no truth though it is a class's: two classes have it. */
  readonly doubt?: string;
  /** The five most probable classes, the most probable first; empty while it waits or when it failed. */
  readonly top: readonly { readonly index: number; readonly probability: number }[];
  readonly ms?: number;
  /** Why there is no answer. */
  readonly problem?: string;
}

/** The folder that a file lies in directly; undefined at the top. */
export const folderOf = (path: string): string | undefined => path.split('/').at(-2);

export interface BatchSummary {
  readonly answered: number;
  readonly failed: number;
  /** Photos whose folder names a class. */
  readonly judged: number;
  readonly top1: number;
  readonly top5: number;
  /** What keeps folders from being judged, each sentence once. */
  readonly doubts: readonly string[];
}

export function summarise(rows: readonly BatchRow[]): BatchSummary {
  const answered = rows.filter(({ top }) => top.length > 0);
  const judged = answered.filter(({ truth }) => truth !== undefined);
  const right = (most: number): number =>
    judged.filter(({ truth, top }) => top.slice(0, most).some(({ index }) => index === truth)).length;
  return {
    answered: answered.length,
    failed: rows.filter(({ problem }) => problem !== undefined).length,
    judged: judged.length,
    top1: right(1),
    top5: right(5),
    doubts: [...new Set(rows.flatMap(({ doubt }) => doubt ?? []))],
  };
}

export interface Confusion {
  /** Class indices that folders name, in order. */
  readonly truths: readonly number[];
  /** The same, then other classes that were answered, the frequent ones first. */
  readonly answers: readonly number[];
  /** Photos by truth and answer. */
  readonly counts: readonly (readonly number[])[];
  /** Photos whose answer has no column. */
  readonly others: readonly number[];
}

/** At most `columns` answers get a column of their own. */
export function confusion(rows: readonly BatchRow[], columns = 20): Confusion {
  const judged = rows.filter(
    (row): row is BatchRow & { truth: number } => row.truth !== undefined && row.top.length > 0,
  );
  const truths = [...new Set(judged.map(({ truth }) => truth))].sort((a, b) => a - b);
  const frequency = new Map<number, number>();
  for (const { top } of judged) {
    const index = top[0]?.index as number;
    if (!truths.includes(index)) frequency.set(index, (frequency.get(index) ?? 0) + 1);
  }
  const strangers = [...frequency].sort(([a, n], [b, m]) => m - n || a - b).map(([index]) => index);
  const answers = [...truths, ...strangers].slice(0, Math.max(columns, truths.length));
  const counts = truths.map((truth) =>
    answers.map((answer) => judged.filter((row) => row.truth === truth && row.top[0]?.index === answer).length),
  );
  const others = truths.map(
    (truth) => judged.filter((row) => row.truth === truth && !answers.includes(row.top[0]?.index as number)).length,
  );
  return { truths, answers, counts, others };
}

export function batchCsv(rows: readonly BatchRow[], labels: readonly string[] | undefined): string {
  const name = (index: number | undefined): Cell =>
    index === undefined ? undefined : labels?.[index] === undefined ? undefined : shortLabel(labels[index]);
  const header = [
    'file',
    'truth',
    'truth label',
    ...[1, 2, 3, 4, 5].flatMap((n) => [`class ${n}`, `label ${n}`, `probability ${n}`]),
    'ms',
    'problem',
  ];
  return csv(
    header,
    rows.map(({ path, truth, top, ms, problem }) => [
      path,
      truth,
      name(truth),
      ...[0, 1, 2, 3, 4].flatMap((n): Cell[] => [top[n]?.index, name(top[n]?.index), top[n]?.probability]),
      ms,
      problem,
    ]),
  );
}
