// Processor time instead of wall time, so that a busy machine does not fail a speed test.

/**
 * Milliseconds of processor time that a call takes: the least of three, since the first is interpreted and the process may collect what
 * other tests left behind.
 */
export function cpuMs(work: () => unknown): number {
  const once = (): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  return Math.min(once(), once(), once());
}
