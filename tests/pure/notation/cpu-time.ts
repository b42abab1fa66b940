// Processor time instead of wall time, so that a busy machine does not fail a speed test.

/** Milliseconds of processor time that a call takes, garbage collection included. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
