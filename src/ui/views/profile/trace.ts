// The measurement as a Chrome trace (Trace Event Format), which Perfetto and chrome://tracing open.
import { nodesText } from '../../../graph/plan/print.ts';
import { timeline } from './timeline.ts';
import type { RunRecord } from '../../state/measurements/record.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string | number | boolean>>;
}

const GPU = 1;
const PAGE = 2;

/** Dispatches on one track; loading (compile, upload, first run) and the median latency on another. */
export function chromeTrace(record: RunRecord, adapterText: string): ChromeTrace {
  const { entries, measured } = timeline(record);
  const named = (pid: number, name: string, thread: string): TraceEvent[] => [
    { ph: 'M', name: 'process_name', pid, tid: 1, args: { name } },
    { ph: 'M', name: 'thread_name', pid, tid: 1, args: { name: thread } },
  ];
  const { compileMs, uploadMs, firstRunMs } = record.cold;
  const page = [
    ['Compile shaders', 0, compileMs],
    ['Upload weights', compileMs, uploadMs],
    ['First run', compileMs + uploadMs, firstRunMs],
    ['One warm run (median)', compileMs + uploadMs + firstRunMs, record.warm.medianMs],
  ] as const;
  return {
    traceEvents: [
      ...named(GPU, adapterText, 'Dispatches'),
      ...entries.map(({ dispatch, index, startMs, endMs }): TraceEvent => ({
        ph: 'X',
        name: nodesText(dispatch.from),
        cat: 'dispatch',
        pid: GPU,
        tid: 1,
        ts: startMs * 1000,
        dur: (endMs - startMs) * 1000,
        args: {
          dispatch: index,
          kernel: dispatch.kernel,
          nodes: dispatch.from,
          medianMs: dispatch.ms,
          macs: dispatch.macs,
          bytes: dispatch.bytes,
          ...(dispatch.workgroups && { workgroups: dispatch.workgroups.join('×') }),
        },
      })),
      ...named(PAGE, 'Page', 'Loading and latency'),
      ...page.map(([name, startMs, ms]): TraceEvent => ({
        ph: 'X',
        name,
        cat: 'page',
        pid: PAGE,
        tid: 1,
        ts: startMs * 1000,
        dur: ms * 1000,
        args: {},
      })),
    ],
    displayTimeUnit: 'ms',
    otherData: {
      net: record.net,
      hash: record.hash,
      adapter: adapterText,
      softwareAdapter: record.adapter.software,
      browser: record.browser,
      precision: record.precision,
      weights: record.weights,
      starts: measured ? 'measured' : 'medians laid end to end; gaps were not measured',
    },
  };
}
