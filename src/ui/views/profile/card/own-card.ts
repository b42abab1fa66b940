// This page's measurement of a net as a result card: the same card as `card NET --out FILE` writes.
import type { Accounting } from '../../../../graph/cost/cost.ts';
import type { InferredGraph } from '../../../../graph/ir/graph.ts';
import { madeUpWeights, sealCard, type ResultCard } from '../../../../workers/engine/card/card.ts';
import type { RunRecord } from '../../../state/measurements/record.ts';

const short = (text: string): string => text.slice(0, 200);

const timesOf = ({ medianMs, p90Ms, runs, interval }: RunRecord['warm']): ResultCard['latency'] => ({
  medianMs,
  p90Ms,
  runs,
  interval: interval ?? null,
});

export async function ownCard(
  record: RunRecord,
  graph: InferredGraph,
  { total }: Accounting,
  now = new Date(),
): Promise<ResultCard> {
  const { vendor, architecture, description, software } = record.adapter;
  return sealCard({
    format: 'bottleneck-card',
    version: 1,
    net: {
      name: short(record.net),
      hash: record.hash,
      input: [...record.input],
      params: total.params,
      macs: total.macs.total,
    },
    weights: await madeUpWeights(graph),
    adapter: { vendor, architecture, description, software },
    runtime: record.browser,
    program: record.version,
    settings: { precision: record.precision, batch: 1, dispatches: record.dispatches.length },
    clock: { tickNs: record.tickNs ?? null, estimated: record.estimated },
    at: record.at ?? now.toISOString(),
    latency: timesOf(record.warm),
    pass: timesOf(record.gpu),
    disturbed: [...(record.disturbed ?? [])],
  });
}
