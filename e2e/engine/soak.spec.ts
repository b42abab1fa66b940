// Many inferences in a row: the same bits each time, no GPU object more, and a GPU process that does not grow.
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { expect, full, test } from './harness.ts';

const [early, settled, last] = full ? [200, 500, 2000] : [50, 100, 400];

/** Resident memory of a process, MiB. */
function resident(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kib = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
    : spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  return Number(kib) / 1024;
}

test(`${last} inferences leave nothing behind`, async ({ engine }) => {
  test.setTimeout(full ? 1_800_000 : 300_000);
  expect(await engine.call('load', 'mobilenetv2_035@64')).toBeLessThan(1e-3);
  const pid = await engine.gpuProcess();
  const atEarly = await engine.call('soak', early);
  const atSettled = await engine.call('soak', settled - early);
  const before = resident(pid);
  const atLast = await engine.call('soak', last - settled);
  const after = resident(pid);
  console.log(
    `${atEarly.counts.live} live objects at ${early} and ${atLast.counts.live} at ${last} inferences; GPU process ${before.toFixed(1)} MiB at ${settled}, ${after.toFixed(1)} MiB at ${last}`,
  );
  expect(atEarly.different + atSettled.different + atLast.different, 'runs that gave other bits').toBe(0);
  expect(atLast.counts.live).toBe(atEarly.counts.live);
  expect(atLast.counts.created).toBe(atEarly.counts.created);
  expect(atLast.counts.submits - atEarly.counts.submits).toBe(last - early);
  expect(after - before).toBeLessThan(5);
});
