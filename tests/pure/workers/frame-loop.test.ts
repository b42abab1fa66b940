// Back-pressure: never more in flight than allowed, the newest frame wins, and no frame is left open.
import { describe, expect, test } from 'vitest';
import { FrameLoop, FrameMeter, pump } from '../../../src/workers/jobs/vision/frame-loop.ts';

class Frame {
  closed = 0;
  constructor(readonly id: number) {}
  close(): void {
    this.closed++;
  }
}

/** A net that finishes a frame when told to. */
function slowNet() {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const work = (frame: Frame): Promise<void> => {
    started.push(frame.id);
    return new Promise((resolve) => finish.push(resolve));
  };
  return { started, finish, work };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('two in flight, the latest waits, the others are dropped and closed', async () => {
  const { started, finish, work } = slowNet();
  const loop = new FrameLoop<Frame>(work, () => expect.unreachable());
  const frames = Array.from({ length: 6 }, (_, id) => new Frame(id));
  for (const frame of frames) loop.offer(frame);
  expect(started).toEqual([0, 1]);
  expect(frames.map(({ closed }) => closed)).toEqual([0, 0, 1, 1, 1, 0]);
  expect(loop.dropped).toBe(3);
  finish[0]?.();
  await settle();
  expect(started).toEqual([0, 1, 5]);
  expect(frames[0]?.closed).toBe(1);
  for (const done of finish) done();
  await settle();
  expect(frames.map(({ closed }) => closed)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(loop.inFlight).toBe(0);
});

test('after stop nothing starts and every frame is closed', async () => {
  const { started, finish, work } = slowNet();
  const loop = new FrameLoop<Frame>(work, () => expect.unreachable(), 1);
  const frames = [new Frame(0), new Frame(1), new Frame(2)];
  loop.offer(frames[0]!);
  loop.offer(frames[1]!);
  loop.stop();
  loop.offer(frames[2]!);
  finish[0]?.();
  await settle();
  expect(started).toEqual([0]);
  expect(frames.map(({ closed }) => closed)).toEqual([1, 1, 1]);
});

test('a frame that fails is reported, closed, and the next one goes on', async () => {
  const errors: unknown[] = [];
  const loop = new FrameLoop<Frame>(
    (frame) => (frame.id === 0 ? Promise.reject(new Error('no')) : Promise.resolve()),
    (error) => errors.push(error),
    1,
  );
  const frames = [new Frame(0), new Frame(1)];
  for (const frame of frames) loop.offer(frame);
  await settle();
  expect(errors).toHaveLength(1);
  expect(frames.map(({ closed }) => closed)).toEqual([1, 1]);
});

test('a stream is read to its end, or until it is no longer wanted, which its source learns', async () => {
  const seen: number[] = [];
  const loop = () =>
    new FrameLoop<Frame>(
      (frame) => Promise.resolve(void seen.push(frame.id)),
      () => expect.unreachable(),
    );
  await pump(
    new ReadableStream<Frame>({ start: (c) => (c.enqueue(new Frame(1)), c.close()) }),
    loop(),
    new AbortController().signal,
  );
  expect(seen).toEqual([1]);
  let cancelled = false;
  const controller = new AbortController();
  const endless = new ReadableStream<Frame>({
    pull: async (c) => (await settle(), c.enqueue(new Frame(2))),
    cancel: () => void (cancelled = true),
  });
  const done = pump(endless, loop(), controller.signal);
  await settle();
  controller.abort();
  await done;
  expect(cancelled).toBe(true);
});

describe('the meter', () => {
  test('counts frames of the last second and takes the median latency', () => {
    const meter = new FrameMeter();
    expect(meter.add(0, 30)).toEqual({ fps: 0, latencyMs: 30 });
    let rate = { fps: 0, latencyMs: 0 };
    for (let i = 1; i <= 60; i++) rate = meter.add(i * 40, i * 40 + 20);
    expect(rate.fps).toBeCloseTo(25, 5);
    expect(rate.latencyMs).toBe(20);
  });
  test('a frame every three seconds is a third of a frame a second', () => {
    const meter = new FrameMeter();
    meter.add(0, 3000);
    expect(meter.add(3000, 6000).fps).toBeCloseTo(1 / 3, 5);
  });
});
