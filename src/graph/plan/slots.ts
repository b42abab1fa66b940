// Which activations share a buffer: lives, an assignment of buffers and offsets, and the bound that no assignment can beat.

/**
 * A value's life, in step indices: from the step that writes it to the last that reads it, both inclusive. Values that are worked on
 * in place, one after the other, are one life.
 */
export interface Life {
  readonly id: string;
  readonly bytes: number;
  /** −1: there before the first step. */
  readonly from: number;
  /** One past the last step: read back at the end. */
  readonly to: number;
  /** Steps that bind it to write it, the first being `from`, and steps that only read it. */
  readonly writes: readonly number[];
  readonly reads: readonly number[];
}

export interface SlotOffset {
  readonly slot: number;
  /** Bytes from the slot's begin; a multiple of {@link offsetAlignment}. */
  readonly offset: number;
}

export interface SlotPlan {
  readonly places: ReadonlyMap<string, SlotOffset>;
  /** Bytes of each slot. */
  readonly slots: readonly number[];
}

/** WebGPU's guaranteed `minStorageBufferOffsetAlignment`. */
export const offsetAlignment = 256;

const alive = (a: Life, b: Life): boolean => a.from <= b.to && b.from <= a.to;

/**
 * True when some step writes one of the two and only reads the other: they must not lie in one buffer, since a dispatch may not bind a
 * buffer both read and read_write. Two results of one step may: ranges that do not overlap are no aliasing.
 */
const clash = (a: Life, b: Life): boolean => writtenBeside(a, b) || writtenBeside(b, a);
const writtenBeside = (a: Life, b: Life): boolean => a.writes.some((step) => b.reads.includes(step));

/** Σ of the bytes alive at the worst step. */
export function lowerBound(lives: readonly Pick<Life, 'bytes' | 'from' | 'to'>[]): number {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of lives) {
    change.set(from, (change.get(from) ?? 0) + bytes);
    change.set(to + 1, (change.get(to + 1) ?? 0) - bytes);
  }
  let sum = 0;
  let worst = 0;
  for (const [, delta] of [...change].sort(([a], [b]) => a - b)) worst = Math.max(worst, (sum += delta));
  return worst;
}

/** Values by index, what each may not share, and whom it meets: found once, used by every trial. */
class Conflicts {
  /** Same buffer impossible. */
  readonly apart: readonly (readonly boolean[])[];
  /** Same bytes impossible. */
  readonly meets: readonly (readonly boolean[])[];
  constructor(lives: readonly Life[]) {
    this.meets = lives.map((a) => lives.map((b) => alive(a, b)));
    this.apart = lives.map((a, i) => lives.map((b, j) => this.meets[i]?.[j] === true && clash(a, b)));
  }
}

interface Held {
  bytes: number;
  readonly values: { readonly index: number; readonly begin: number; readonly end: number }[];
}

/** Places values in the given order where the total grows least: a gap of a slot, the end of one, or a new one. */
function assign(
  lives: readonly Life[],
  order: readonly number[],
  conflicts: Conflicts,
): { held: Held[]; total: number } {
  const held: Held[] = [];
  let total = 0;
  for (const index of order) {
    const { bytes } = lives[index] as Life;
    const meets = conflicts.meets[index] as readonly boolean[];
    const apart = conflicts.apart[index] as readonly boolean[];
    let best: { slot: Held; begin: number; growth: number } | undefined;
    for (const slot of held) {
      if (slot.values.some((other) => apart[other.index])) continue;
      // Lowest gap between the values that are alive at the same time; `values` is kept in order of `begin`.
      let begin = 0;
      for (const other of slot.values) {
        if (!meets[other.index]) continue;
        if (begin + bytes <= other.begin) break;
        begin = Math.max(begin, Math.ceil(other.end / offsetAlignment) * offsetAlignment);
      }
      const growth = Math.max(0, begin + bytes - slot.bytes);
      if (!best || growth < best.growth) best = { slot, begin, growth };
    }
    if (!best || best.growth >= bytes) {
      best = { slot: { bytes: 0, values: [] }, begin: 0, growth: bytes };
      held.push(best.slot);
    }
    const { slot, begin, growth } = best;
    const at = slot.values.findIndex((other) => other.begin > begin);
    slot.values.splice(at < 0 ? slot.values.length : at, 0, { index, begin, end: begin + bytes });
    slot.bytes += growth;
    total += growth;
  }
  return { held, total };
}

/** Good enough: within 2 % of the bound, further search is not worth the time. */
const nearBound = 1.02;
/** Random orders tried beyond the fixed ones. */
const trials = 60;

/**
 * Assigns buffers by liveness. Values that live at once have ranges of their own, and values that one step reads and writes have buffers
 * of their own. Greedy by size (arXiv 2001.03288 §4) and by time, then orders between the two from a fixed random sequence; the least
 * bytes win.
 */
export function assignSlots(lives: readonly Life[]): SlotPlan {
  const bound = lowerBound(lives);
  const conflicts = new Conflicts(lives);
  const indices = lives.map((_, index) => index);
  const life = (index: number): Life => lives[index] as Life;
  const bySize = [...indices].sort((a, b) => life(b).bytes - life(a).bytes || life(a).from - life(b).from);
  const byTime = [...indices].sort((a, b) => life(a).from - life(b).from || life(b).bytes - life(a).bytes);
  let best = assign(lives, bySize, conflicts);
  const consider = (order: readonly number[]): void => {
    const found = assign(lives, order, conflicts);
    if (found.total < best.total) best = found;
  };
  consider(byTime);
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let trial = 0; trial < trials && best.total > nearBound * bound; trial++) {
    const noise = 0.1 + 0.9 * random();
    const keys = lives.map(({ bytes }) => bytes * (1 - noise * random()));
    consider([...indices].sort((a, b) => (keys[b] as number) - (keys[a] as number)));
  }
  const places = new Map<string, SlotOffset>();
  best.held.forEach(({ values }, slot) => {
    for (const { index, begin } of values) places.set(life(index).id, { slot, offset: begin });
  });
  return { places, slots: best.held.map(({ bytes }) => bytes) };
}
