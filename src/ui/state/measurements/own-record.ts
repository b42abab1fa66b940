// From what the worker gives back to the record that the page keeps, and to the short result that travels with a link.
import type { Architecture } from '../../../graph/architecture.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { SharedResult } from '../../../graph/link/link.ts';
import type { Measurement } from '../../../workers/jobs/measure/protocol.ts';
import type { Spread } from '../../../workers/engine/timing.ts';
import type { DeviceFacts } from '../../../workers/border/protocol.ts';
import { adapterText, linkText } from '../../parts/adapter-text.ts';
import { lineTimes, nodeTimes } from './node-times.ts';
import type { RunRecord } from './record.ts';

export interface RecordContext {
  readonly hash: string;
  readonly facts: DeviceFacts;
  readonly browser: string;
  readonly version: string;
  readonly now?: Date;
}

const spreadOf = ({ interval, ...rest }: Spread): RunRecord['warm'] => ({
  ...rest,
  ...(interval && { interval: [interval[0], interval[1]] }),
});

export function recordOf(
  { plan, load, profile }: Measurement,
  { hash, facts, browser, version, now = new Date() }: RecordContext,
): RunRecord {
  const [, height = 0, width = 0, channels = 0] = plan.inputs[0]?.shape ?? [];
  return {
    net: plan.net,
    hash,
    input: [channels, height, width],
    weights: 'random',
    precision: plan.precision,
    adapter: facts.adapter,
    browser,
    version,
    at: now.toISOString(),
    cold: { ...load, firstRunMs: profile.firstRunMs },
    warm: spreadOf(profile.warm),
    gpu: spreadOf(profile.gpu),
    estimated: profile.estimated,
    ...(profile.disturbed.length > 0 && { disturbed: [...profile.disturbed] }),
    ...(profile.tickNs !== undefined && { tickNs: profile.tickNs }),
    dispatches: plan.dispatches.map(({ kernel, from, workgroups, macs, bytes }, index) => {
      const span = profile.spans?.[index];
      const interval = profile.estimates[index]?.interval;
      return {
        kernel,
        from: [...from],
        workgroups: [...workgroups],
        macs,
        bytes,
        ms: profile.dispatchMs[index] ?? 0,
        ...(interval && { interval: [interval[0], interval[1]] as [number, number] }),
        ...(span && { span }),
      };
    }),
  };
}

const rounded = (ms: number): number => Number(ms.toPrecision(4));

/** The measurement as a link carries it: totals and milliseconds per block line. */
export function ownResult(record: RunRecord, graph: InferredGraph, { blocks }: Architecture): SharedResult {
  return {
    net: record.hash,
    weights: 'random',
    adapter: linkText(adapterText(record.adapter), 120),
    browser: linkText(record.browser, 80),
    version: linkText(record.version, 20),
    precision: record.precision,
    runs: record.warm.runs,
    medianMs: rounded(record.warm.medianMs),
    p90Ms: rounded(record.warm.p90Ms),
    gpuMs: rounded(record.gpu.medianMs),
    blockMs: lineTimes(graph, nodeTimes(graph, record.dispatches), blocks.length).map(rounded),
  };
}
