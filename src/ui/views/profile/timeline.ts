// The dispatches of one inference on a time axis, with the gaps between them.
import type { RunDispatch, RunRecord } from '../../state/measurements/record.ts';

export interface TimelineEntry {
  readonly index: number;
  readonly dispatch: RunDispatch;
  readonly startMs: number;
  readonly endMs: number;
  /** From the end of the latest dispatch before it; 0 for the first, never negative. */
  readonly gapMs: number;
}

export interface Timeline {
  readonly entries: readonly TimelineEntry[];
  /** True: the starts come from timestamps. False: medians laid end to end, so there are no gaps to see. */
  readonly measured: boolean;
  readonly lengthMs: number;
  /** Σ of the gaps. */
  readonly idleMs: number;
}

export function timeline({ dispatches }: Pick<RunRecord, 'dispatches'>): Timeline {
  const measured = dispatches.length > 0 && dispatches.every(({ span }) => span !== undefined);
  const entries: TimelineEntry[] = [];
  let end = 0;
  dispatches.forEach((dispatch, index) => {
    const startMs = dispatch.span?.startMs ?? 0;
    const entry = measured
      ? { startMs, endMs: Math.max(startMs, dispatch.span?.endMs ?? 0) }
      : { startMs: end, endMs: end + dispatch.ms };
    entries.push({ index, dispatch, ...entry, gapMs: index === 0 ? 0 : Math.max(0, entry.startMs - end) });
    end = Math.max(end, entry.endMs);
  });
  return { entries, measured, lengthMs: end, idleMs: entries.reduce((sum, { gapMs }) => sum + gapMs, 0) };
}
