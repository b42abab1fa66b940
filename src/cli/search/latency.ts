// Milliseconds for a search: from a table that was recorded, or from one that is measured on nets of the space first and grows with the search.
import { check } from '../../graph/notation/check.ts';
import { plainGpu, plainSoftware, type PlanOptions } from '../../graph/plan/make-plan.ts';
import { GrowingTable, type Entries } from '../../graph/search/latency/growing.ts';
import { plannedLatency, type PlannedLatency } from '../../graph/search/latency/planned.ts';
import { isReliable, worthOf, type LatencyTable } from '../../graph/search/latency/table.ts';
import type { Lazily } from '../../graph/search/lazily.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { measureTable, measureWhole } from '../../workers/engine/latency-table.ts';
import { openGpu, plannedFor, precisionOf } from '../gpu-device.ts';
import { readTable } from '../latency.ts';
import { drawnNets } from '../spaces.ts';
import { NetError } from '../verb.ts';

export interface Latency extends Omit<Lazily, 'maxMs'>, PlannedLatency {
  /** Milliseconds of a whole net on the device; undefined where a recorded table stands for it. */
  readonly whole: ((text: string) => Promise<number>) | undefined;
  readonly worth: string;
  readonly check: LatencyTable['check'];
  /** Whether a search may go by the table's predictions. */
  readonly isReliable: boolean;
  close(): void;
}

/** Nets measured whole before a search: those that calibrate, and those that check. */
const [calibrating, checking] = [8, 20];

/** An earlier search's times. */
export interface EarlierTimes {
  readonly table: LatencyTable;
  readonly measured: readonly Entries[];
}

export interface LatencyRequest {
  readonly table: string | undefined;
  readonly adapter: string | undefined;
  readonly precision: string | undefined;
  readonly for: string | undefined;
  readonly seed: number;
  /** Taken instead of measuring first; `measures`: what they lack is measured on the device they are of. */
  readonly earlier?: EarlierTimes & { readonly measures: boolean };
}

/** Throws {@link NetError} where earlier times are of another device. */
export async function latencyFor(space: Space, request: LatencyRequest): Promise<Latency> {
  const { earlier } = request;
  const recorded =
    request.table !== undefined ? readTable(request.table) : earlier?.measures ? undefined : earlier?.table;
  if (recorded) {
    const { precision } = recorded;
    const caps = { ...(recorded.for === 'gpu' ? plainGpu : plainSoftware), f16: precision === 'f16' };
    return latencyBy(new GrowingTable(recorded, earlier?.measured), { caps, precision });
  }
  const wanted = earlier?.table;
  const open = plannedFor(await openGpu(request.adapter), wanted?.for ?? request.for);
  const precision = precisionOf(open, wanted?.precision ?? request.precision);
  if (wanted && wanted.adapter.description !== open.adapter.description) {
    open.device.destroy();
    throw new NetError(
      `the search was measured on ${wanted.adapter.description} and this is ${open.adapter.description}: --replay goes through it by its recorded times.`,
    );
  }
  const drawn = wanted ? [] : drawnNets(space, calibrating + checking, request.seed);
  const work = { nets: [], calibration: drawn.slice(0, calibrating), check: drawn.slice(calibrating) };
  const start = wanted ?? (await measureTable(open, work, { precision }));
  return latencyBy(
    new GrowingTable(start, earlier?.measured),
    { caps: open.capabilities, precision, limits: open.limits },
    {
      async measure(graph, known) {
        const nets = { nets: [graph], calibration: [], check: [] };
        const { entries } = await measureTable(open, nets, { precision, known });
        return Object.fromEntries(Object.entries(entries).filter(([signature]) => !known[signature]));
      },
      whole: (text) => measureWhole(open, check(text).graph!, precision),
      close: () => open.device.destroy(),
    },
  );
}

function latencyBy(
  table: GrowingTable,
  options: PlanOptions,
  device: Partial<Pick<Latency, 'measure' | 'whole' | 'close'>> = {},
): Latency {
  return {
    table,
    ...plannedLatency(table, options),
    measure: undefined,
    whole: undefined,
    close: () => undefined,
    ...device,
    worth: worthOf(table.start),
    check: table.start.check,
    isReliable: isReliable(table.start),
  };
}
