// Preprocessing on the GPU gives the CPU twin's numbers, to the bit, and creates nothing from frame to frame.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  preparePicture,
  usualPreparation,
  type Picture,
  type Preparation,
} from '../../src/graph/pictures/preprocess.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { countObjects, difference } from '../../src/workers/engine/object-counter.ts';
import { PictureStage } from '../../src/workers/jobs/vision/picture-stage.ts';
import { gpu } from './rig.ts';

let open: OpenDevice;
let stage: PictureStage;
beforeAll(async () => {
  open = await openDevice(await gpu());
  stage = await PictureStage.create(open);
});
afterAll(() => {
  stage.destroy();
  open.device.destroy();
});

function noise(width: number, height: number, transparent = false): Picture {
  const data = new Uint8Array(width * height * 4);
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = i % 4 === 3 && !transparent ? 255 : state >>> 24;
  }
  return { width, height, data };
}

/** The input as the GPU wrote it, without the padding channel. */
async function onGpu(
  picture: Picture,
  preparation: Preparation,
  target: GPUBuffer,
  read: GPUBuffer,
): Promise<Float32Array> {
  const { device } = open;
  stage.upload(picture, preparation, { buffer: target, offset: 0, size: target.size });
  const encoder = device.createCommandEncoder();
  stage.record(encoder);
  encoder.copyBufferToBuffer(target, 0, read, 0, target.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(1);
  const values = new Float32Array(read.getMappedRange().slice(0));
  read.unmap();
  expect(values.filter((_, i) => i % 4 === 3).every((value) => value === 0)).toBe(true);
  return values.filter((_, i) => i % 4 !== 3);
}

const buffers = (pixels: number): [GPUBuffer, GPUBuffer] => [
  open.device.createBuffer({ size: pixels * 16, usage: 128 | 4 }), // STORAGE | COPY_SRC
  open.device.createBuffer({ size: pixels * 16, usage: 1 | 8 }), // MAP_READ | COPY_DST
];

describe('bit for bit', () => {
  test.each([
    [300, 200, { ...usualPreparation, size: [96, 96] }],
    [61, 130, { ...usualPreparation, size: [64, 64], interpolation: 'bilinear', crop: 1 }],
    [20, 16, { ...usualPreparation, size: [48, 48], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }],
    [640, 90, { ...usualPreparation, size: [32, 56], crop: 0.95 }],
    [90, 61, { ...usualPreparation, size: [40, 32], fit: 'stretch' }],
    [90, 61, { ...usualPreparation, size: [40, 40], fit: 'pad' }],
    [90, 61, { ...usualPreparation, size: [33, 33], fit: 'stretch', box: [-4.5, 10.25, 30.75, 45.5] }],
    // Columns first.
    [61, 330, { ...usualPreparation, size: [40, 32], fit: 'stretch' }],
    [61, 330, { ...usualPreparation, size: [40, 48], fit: 'pad' }],
  ] as const)('%i×%i', async (width, height, preparation) => {
    const [target, read] = buffers(preparation.size[0] * preparation.size[1]);
    for (const transparent of [false, true]) {
      const picture = noise(width, height, transparent);
      const found = await onGpu(picture, preparation, target, read);
      expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(preparePicture(picture, preparation).buffer))).toBe(
        0,
      );
    }
    target.destroy();
    read.destroy();
  });
});

test('frames of one size create nothing', async () => {
  const preparation: Preparation = { ...usualPreparation, size: [32, 32] };
  const [target, read] = buffers(32 * 32);
  await onGpu(noise(64, 48), preparation, target, read);
  const counts = countObjects(open.device);
  const before = { ...counts };
  for (let frame = 0; frame < 5; frame++) await onGpu(noise(64, 48), preparation, target, read);
  expect(difference(before, counts)).toMatchObject({ created: 0, live: 0, submits: 5, passes: 5, dispatches: 10 });
});
