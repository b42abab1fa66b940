// Milliseconds for a search: from a table that was recorded, or from one that is measured on nets of the space first.
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { check } from '../../graph/notation/check.ts';
import { makePlan, plainGpu, plainSoftware } from '../../graph/plan/make-plan.ts';
import { isReliable, predictor, type LatencyTable } from '../../graph/search/latency/table.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { measureTable, measureWhole } from '../../workers/engine/latency-table.ts';
import { openGpu, plannedFor, precisionOf } from '../gpu-device.ts';
import { readTable, worthOf } from '../latency.ts';
import { drawnNets } from '../spaces.ts';

export interface Latency {
  /** Predicted milliseconds of a net. */
  of(graph: InferredGraph): number;
  /** Milliseconds of a whole net on the device; undefined where a recorded table stands for it. */
  readonly measure?: (text: string) => Promise<number>;
  readonly worth: string;
  readonly check: LatencyTable['check'];
  /** Whether a search may go by the table's predictions. */
  readonly isReliable: boolean;
  /** Signatures so far that the table lacks. */
  readonly missing: ReadonlySet<string>;
  close(): void;
}

/** Nets measured whole before a search: those that calibrate, and those that check. */
const [calibrating, checking] = [8, 20];

export async function latencyFor(
  space: Space,
  options: {
    readonly table: string | undefined;
    readonly adapter: string | undefined;
    readonly precision: string | undefined;
    readonly for: string | undefined;
    readonly seed: number;
  },
): Promise<Latency> {
  const missing = new Set<string>();
  const by = (table: LatencyTable, plan: (graph: InferredGraph) => ReturnType<typeof makePlan>): Latency['of'] => {
    const predict = predictor(table);
    return (graph) => {
      const found = predict(plan(graph));
      for (const signature of found.missing) missing.add(signature);
      return found.ms;
    };
  };
  if (options.table !== undefined) {
    const table = readTable(options.table);
    const caps = table.for === 'gpu' ? plainGpu : plainSoftware;
    const { precision } = table;
    return {
      of: by(table, (graph) => makePlan(graph, { caps: { ...caps, f16: precision === 'f16' }, precision })),
      worth: worthOf(table),
      check: table.check,
      isReliable: isReliable(table),
      missing,
      close: () => undefined,
    };
  }
  const open = plannedFor(await openGpu(options.adapter), options.for);
  const precision = precisionOf(open, options.precision);
  const drawn = drawnNets(space, calibrating + checking, options.seed);
  const work = { nets: [], calibration: drawn.slice(0, calibrating), check: drawn.slice(calibrating) };
  const table = await measureTable(open, work, { precision });
  return {
    of: by(table, (graph) => makePlan(graph, { caps: open.capabilities, precision, limits: open.limits })),
    measure: (text) => measureWhole(open, check(text).graph!, precision),
    worth: worthOf(table),
    check: table.check,
    isReliable: isReliable(table),
    missing,
    close: () => open.device.destroy(),
  };
}
