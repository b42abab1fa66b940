// A sound of any length as the windows that a net hears, one after the other.

/** Windows of `length` samples, `hop` apart, until the end is covered; silence behind it. */
export function windowsOf(samples: Float32Array, length: number, hop: number): readonly Float32Array<ArrayBuffer>[] {
  const count = Math.max(0, Math.ceil((samples.length - length) / hop)) + 1;
  return Array.from({ length: count }, (_, i) => {
    const window = new Float32Array(length);
    window.set(samples.subarray(i * hop, i * hop + length));
    return window;
  });
}
