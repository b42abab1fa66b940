// Places of values in one buffer: those that are never alive together share memory.

export interface Lifetime {
  readonly id: string;
  readonly floats: number;
  /** First and last dispatch that touches it. */
  readonly first: number;
  readonly last: number;
}

/** Places are multiples of this many floats: a vec4 each. */
const UNIT = 4;
export const aligned = (floats: number): number => Math.ceil(floats / UNIT) * UNIT;

/** The largest value first, each at the lowest place that no value of its time holds. Begins at `base`. */
export function placeValues(
  values: readonly Lifetime[],
  base: number,
): { places: Map<string, number>; floats: number } {
  const places = new Map<string, number>();
  const placed: (Lifetime & { readonly at: number; readonly end: number })[] = [];
  let floats = base;
  for (const value of [...values].sort((a, b) => b.floats - a.floats || a.first - b.first)) {
    const size = aligned(value.floats);
    let at = base;
    // `placed` is in order of place.
    for (const other of placed) {
      if (other.last < value.first || other.first > value.last || other.end <= at) continue;
      if (other.at >= at + size) break;
      at = other.end;
    }
    places.set(value.id, at);
    const entry = { ...value, at, end: at + size };
    const behind = placed.findIndex((other) => other.at > at);
    placed.splice(behind < 0 ? placed.length : behind, 0, entry);
    floats = Math.max(floats, entry.end);
  }
  return { places, floats };
}
