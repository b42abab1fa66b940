// Which activations share a buffer: intervals of life, an assignment of whole buffers, and the bound that no assignment can beat.

/** A value's life, in step indices: from the step that writes it to the last that reads it, both inclusive. */
export interface Life {
  readonly id: string;
  readonly bytes: number;
  /** −1: there before the first step. */
  readonly from: number;
  /** One past the last step: read back at the end. */
  readonly to: number;
}

export interface SlotPlan {
  /** Value id → slot. */
  readonly slotOf: ReadonlyMap<string, number>;
  /** Bytes of each slot. */
  readonly slots: readonly number[];
}

const overlap = (a: Life, b: Life): boolean => a.from <= b.to && b.from <= a.to;

/** Σ of the bytes alive at the worst step. */
export function lowerBound(lives: readonly Life[]): number {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of lives) {
    change.set(from, (change.get(from) ?? 0) + bytes);
    change.set(to + 1, (change.get(to + 1) ?? 0) - bytes);
  }
  let alive = 0;
  let worst = 0;
  for (const [, delta] of [...change].sort(([a], [b]) => a - b)) worst = Math.max(worst, (alive += delta));
  return worst;
}

/** Gives each life, in the order they come, the free slot that wastes least, grown when `grow` allows, else a new one. */
function assign(order: readonly Life[], grow: boolean): SlotPlan {
  const held: { bytes: number; lives: Life[] }[] = [];
  const slotOf = new Map<string, number>();
  for (const life of order) {
    let best = -1;
    let cost = Infinity;
    held.forEach((slot, index) => {
      if (slot.lives.some((other) => overlap(life, other))) return;
      // Waste is what stays unused of a larger slot; growing a smaller one costs what is added.
      const own = slot.bytes >= life.bytes ? (slot.bytes - life.bytes) * 1e-6 : life.bytes - slot.bytes;
      if ((slot.bytes >= life.bytes || grow) && own < cost) {
        best = index;
        cost = own;
      }
    });
    if (best < 0) {
      held.push({ bytes: 0, lives: [] });
      best = held.length - 1;
    }
    const slot = held[best] as { bytes: number; lives: Life[] };
    slot.bytes = Math.max(slot.bytes, life.bytes);
    slot.lives.push(life);
    slotOf.set(life.id, best);
  }
  return { slotOf, slots: held.map((slot) => slot.bytes) };
}

const total = ({ slots }: SlotPlan): number => slots.reduce((sum, bytes) => sum + bytes, 0);

/** Good enough: within 2 % of the bound, further search is not worth the time. */
const nearBound = 1.02;
/** Random orders tried beyond the fixed ones. */
const trials = 100;

/**
 * Assigns whole buffers by liveness: no two values of one slot are alive in the same step, so no dispatch reads and writes one buffer.
 * Greedy by size (arXiv 2001.03288 §4) and by time, then orders between the two from a fixed random sequence; the least bytes win.
 */
export function assignSlots(lives: readonly Life[]): SlotPlan {
  const bound = lowerBound(lives);
  const bySize = [...lives].sort((a, b) => b.bytes - a.bytes || a.from - b.from);
  const byTime = [...lives].sort((a, b) => a.from - b.from || b.bytes - a.bytes);
  let best = assign(bySize, false);
  const consider = (plan: SlotPlan): void => {
    if (total(plan) < total(best)) best = plan;
  };
  for (const plan of [assign(byTime, true), assign(byTime, false), assign(bySize, true)]) consider(plan);
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let trial = 0; trial < trials && total(best) > nearBound * bound; trial++) {
    const noise = 0.1 + 0.9 * random();
    const keys = new Map(lives.map((life) => [life.id, life.bytes * (1 - noise * random())]));
    const order = [...lives].sort((a, b) => (keys.get(b.id) as number) - (keys.get(a.id) as number));
    consider(assign(order, trial % 2 === 1));
  }
  return best;
}
