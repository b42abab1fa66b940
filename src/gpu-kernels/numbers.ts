// Arrays that references put their results in: float32 as a device holds them, or float64 where a training graph is the oracle.

let doubles = false;

/** Zeros, or a copy. In float64 within {@link inDoubles}: the type is that of float32, whose interface is the same. */
export function numbers(of: number | ArrayLike<number>): Float32Array {
  const Kind = doubles ? Float64Array : Float32Array;
  return new Kind(of as number) as Float32Array;
}

/** Runs references whose results are float64: a rounding or a kink that float32 would put on the other side stays where it is. */
export function inDoubles<T>(work: () => T): T {
  const before = doubles;
  doubles = true;
  try {
    return work();
  } finally {
    doubles = before;
  }
}
