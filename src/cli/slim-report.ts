// What `slim` says: sizes and times before and after, the share of answers that stayed with its interval, and the answers side by side.
import { accounting } from '../graph/cost/cost.ts';
import type { InferredGraph } from '../graph/ir/graph.ts';
import { agreementOf, argMax, type Agreement } from '../graph/quant/compare.ts';
import { wilsonInterval } from '../graph/search/slimming/interval.ts';
import { integer, textTable } from './text-table.ts';

export function sizeOf(graph: InferredGraph, ms: number | undefined) {
  const { params, macs } = accounting(graph).total;
  return { params, macs: macs.total, bytes: 4 * params, ms: ms ?? null };
}

type Judged = Agreement & { readonly interval: readonly [number, number] };

export function judged(before: readonly Float32Array[], after: readonly Float32Array[]): Judged {
  const agreement = agreementOf(before, after);
  return { ...agreement, interval: wilsonInterval(Math.round(agreement.top1 * before.length), before.length) };
}

/** Answers shown side by side at most. */
const shown = 8;

export function slimReport(
  result: {
    readonly arch: string;
    readonly out: string;
    readonly pictures: { readonly compared: number; readonly of: readonly [number, number] };
    readonly before: ReturnType<typeof sizeOf>;
    readonly after: ReturnType<typeof sizeOf>;
    readonly adapter: string | null;
    readonly agreement: { readonly fitted: Judged; readonly cutOnly: Judged };
    readonly changes: readonly string[];
  },
  {
    before,
    after,
    labels,
  }: { before: readonly Float32Array[]; after: readonly Float32Array[]; labels: readonly string[] | undefined },
): string[] {
  const lines: string[] = [];
  const out = (line: string): void => void lines.push(line);
  const { before: a, after: b, agreement, pictures } = result;
  const row = (what: string, one: number, other: number, digits: number): string[] => [
    what,
    digits === 0 ? integer(one) : one.toFixed(digits),
    digits === 0 ? integer(other) : other.toFixed(digits),
    `${((100 * other) / one).toFixed(1)} %`,
  ];
  for (const change of result.changes) out(change);
  out('');
  const columns = [
    { title: '' },
    { title: 'before', right: true },
    { title: 'after', right: true },
    { title: '', right: true },
  ];
  const rows = [
    row('multiply-accumulates', a.macs, b.macs, 0),
    row('parameters', a.params, b.params, 0),
    row('bytes of weights', a.bytes, b.bytes, 0),
    ...(a.ms !== null && b.ms !== null ? [row(`ms a picture (${result.adapter ?? ''})`, a.ms, b.ms, 2)] : []),
  ];
  for (const line of textTable(columns, rows)) out(line);
  out('');
  const of = (found: Judged): string =>
    `${(100 * found.top1).toFixed(0)} % (95 % interval ${found.interval.map((share) => (100 * share).toFixed(0)).join('–')} %)`;
  out(
    `first answer as before on ${of(agreement.fitted)} of ${pictures.compared} views of ${pictures.of[1]} other pictures; without the fit on ${of(agreement.cutOnly)}`,
  );
  const name = (logits: Float32Array): string => labels?.[argMax(logits)] ?? String(argMax(logits));
  const answers = before
    .slice(0, Math.min(shown, pictures.of[1]))
    .map((logits, i) => [String(i + 1), name(logits), name(after[i]!)]);
  for (const line of textTable([{ title: 'picture', right: true }, { title: 'before' }, { title: 'after' }], answers))
    out(line);
  out(`${result.arch} and ${result.out}: run --weights takes them`);
  return lines;
}
