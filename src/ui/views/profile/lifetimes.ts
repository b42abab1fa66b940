// Which activations are alive when, where they lie in their buffers, and where their sum is largest.
import type { Plan, PlanLife } from '../../../graph/plan/plan.ts';

export interface LiveMoment {
  /** Dispatch. */
  readonly index: number;
  readonly bytes: number;
}

/** A value's rectangle on the memory map: dispatches across, bytes down. */
export interface MemoryBlock {
  readonly life: PlanLife;
  /** First dispatch, and the one after the last, within the run. */
  readonly from: number;
  readonly end: number;
  /** Bytes from the begin of the first buffer, buffers one after another. */
  readonly top: number;
}

export interface Lifetimes {
  /** One entry a dispatch. */
  readonly moments: readonly LiveMoment[];
  readonly peak: LiveMoment;
  /** Node whose output the dispatch at the peak writes. */
  readonly peakNode: string;
  /** Alive at the peak, largest first. */
  readonly atPeak: readonly PlanLife[];
  readonly blocks: readonly MemoryBlock[];
}

type Planned = Pick<Plan, 'dispatches' | 'lives' | 'slots'>;

/** A value worked on in place takes the memory of the one before it: their common bytes count once. */
export function lifetimes({ dispatches, lives, slots }: Planned): Lifetimes {
  const alive = (index: number): PlanLife[] => lives.filter(({ from, to }) => from <= index && index <= to);
  const moments = dispatches.map((_, index) => ({ index, bytes: occupied(alive(index)) }));
  const peak = moments.reduce((best, moment) => (moment.bytes > best.bytes ? moment : best), { index: 0, bytes: 0 });
  const tops = slots.map((_, slot) => slots.slice(0, slot).reduce((sum, bytes) => sum + bytes, 0));
  return {
    moments,
    peak,
    peakNode: dispatches[peak.index]?.from.at(-1) ?? '',
    atPeak: alive(peak.index).sort((a, b) => b.bytes - a.bytes),
    blocks: lives.map((life) => {
      const next = lives
        .filter((other) => other.from > life.from && other.from <= life.to && overlap(life, other))
        .map(({ from }) => from);
      return {
        life,
        from: Math.max(0, life.from),
        end: Math.min(dispatches.length, life.to + 1, ...next),
        top: (tops[life.slot] ?? 0) + life.offset,
      };
    }),
  };
}

const overlap = (a: PlanLife, b: PlanLife): boolean =>
  a.slot === b.slot && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;

/** Bytes that the values take, common ranges once. */
function occupied(lives: readonly PlanLife[]): number {
  let total = 0;
  let [slot, end] = [-1, 0];
  for (const life of [...lives].sort((a, b) => a.slot - b.slot || a.offset - b.offset)) {
    if (life.slot !== slot) [slot, end] = [life.slot, 0];
    const to = life.offset + life.bytes;
    total += Math.max(0, to - Math.max(end, life.offset));
    end = Math.max(end, to);
  }
  return total;
}
