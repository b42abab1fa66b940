// Numbered frames through the camera's loop: every answer brings the very frame that it is about, in order, with stages that sum to its age.
import { expect, test } from 'vitest';
import { Lanes } from '../../../src/workers/border/lanes.ts';
import { VisionCamera } from '../../../src/workers/jobs/vision/camera.ts';
import type { FaceFinder } from '../../../src/workers/jobs/vision/face-finder.ts';
import type { VisionNet } from '../../../src/workers/jobs/vision/net.ts';
import type { FrameReport, TaskRead, VisionEvent } from '../../../src/workers/jobs/vision/protocol.ts';
import type { SecondSeat } from '../../../src/workers/jobs/vision/second-seat.ts';
import { TaskLook } from '../../../src/workers/jobs/vision/task-look.ts';
import type { TaskReader } from '../../../src/workers/jobs/vision/task-reader.ts';
import { usualPreparation } from '../../../src/graph/pictures/preprocess.ts';

const settings = { preparation: { ...usualPreparation, size: [1, 1] as const }, paused: false };
const numberOf = (bytes: Uint8Array | Uint8ClampedArray): number => (bytes[0] as number) * 256 + (bytes[1] as number);

test('1,000 numbered frames, a net that takes its time: no answer over another frame, none twice', async () => {
  let run = 0;
  const net = {
    net: { graph: { outputs: ['boxes', 'scores'] }, params: new Map() },
    epoch: 0,
    look: async ({ data }: { data: Uint8ClampedArray }) => {
      const number = numberOf(data);
      for (let turns = number % 4; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      const values = new Map([
        ['scores', new Float32Array(4)],
        ['kept', new Float32Array([number])],
      ]);
      return { logits: Float32Array.of(number), values, ms: 1, run: ++run, stages: { net: 1 }, preparedOn: 'cpu' };
    },
  } as unknown as VisionNet;
  const reader = {
    reads: true,
    read: ({ logits }: { logits: Float32Array }): TaskRead => ({
      run,
      unsound: 0,
      answer: { kind: 'values', values: [{ name: 'number', value: logits[0] as number }] },
    }),
  } as unknown as TaskReader;
  const noFaces = { find: () => Promise.resolve(undefined) } as unknown as FaceFinder;
  const second = {
    looks: true,
    beside: async (look: object, { data }: { data: Uint8ClampedArray }) => {
      for (let turns = numberOf(data) % 3; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      return { ...look, second: { logits: Float32Array.of(numberOf(data)), ms: 1, run: 1, width: 1, height: 1 } };
    },
  } as unknown as SecondSeat;
  const reports: FrameReport[] = [];
  let closed = 0;
  const camera: VisionCamera = new VisionCamera(
    net,
    new TaskLook(net, noFaces, reader),
    second,
    new Lanes(),
    (event: VisionEvent) => {
      if (event.event !== 'frame') return;
      reports.push(event.report);
      camera.shown(event.report.sequence);
    },
  );
  for (let number = 0; number < 1000; number++) {
    const data = Uint8ClampedArray.of(number >> 8, number & 255, 0, 255);
    camera.offer({ width: 1, height: 1, data, close: () => closed++ } as unknown as ImageBitmap, settings);
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (reports.length + (reports.at(-1)?.dropped ?? 0) < 1000 && closed < 1000)
    await new Promise((resolve) => setImmediate(resolve));
  camera.stop();
  expect(reports.length).toBeGreaterThan(200);
  expect(
    reports.filter(({ second: other, picture = [] }) => other?.logits[0] !== numberOf(Uint8Array.from(picture))),
  ).toEqual([]);
  const numbers = reports.map(({ task, picture = Uint8Array.of(9, 9) }) => {
    const { answer } = task as TaskRead;
    return [answer.kind === 'values' ? answer.values[0]?.value : NaN, numberOf(picture)] as const;
  });
  expect(numbers.filter(([answer, frame]) => answer !== frame)).toEqual([]);
  expect(new Set(numbers.map(([answer]) => answer)).size).toBe(numbers.length);
  // Outputs stay in the worker; what a view has asked for comes.
  expect([...(reports[0]?.values.keys() ?? [])]).toEqual(['kept']);
  expect(reports[0]?.logits).toHaveLength(0);
});
