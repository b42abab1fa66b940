// Random steps of the families that nets with branches and nets that listen brought: shuffles, cells, Gram matrices, log-mel front ends.
import { binsOf, type LogMelAttrs } from '../../../src/gpu-kernels/ops/mel.ts';
import type { Shape } from '../../../src/gpu-kernels/op.ts';
import { map, type Drawer } from './draw-products.ts';
import { StepBuilder, type Random } from './random-steps.ts';

export const pixelShuffle: Drawer<'pixelShuffle'> = (random) => {
  const b = new StepBuilder(random);
  const [factor, channels] = [random.whole(1, 4), random.whole(1, 9)];
  const [batch, height, width] = map(random, 1, 1, 6) as [number, number, number, number];
  b.input('x', [batch, height, width, channels * factor * factor]);
  const output = [batch, height * factor, width * factor, channels];
  return b.build('pixelShuffle', output, { factor }, { epilogue: b.epilogue(output) });
};

export const padChannels: Drawer<'padChannels'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 24));
  b.input('x', input);
  const output = input.with(3, (input[3] as number) + random.whole(0, 12));
  return b.build('padChannels', output, {}, { epilogue: b.epilogue(output) });
};

export const cells: Drawer<'cells'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 24), 1, 14);
  const size = [random.whole(1, 6), random.whole(1, 6)] as const;
  b.input('x', input);
  const output = [input[0] as number, ...size, input[3] as number];
  return b.build('cells', output, { size }, { epilogue: b.epilogue(output) });
};

export const gram: Drawer<'gram'> = (random) => {
  const b = new StepBuilder(random);
  const [batch, tokens] = [random.pick(1, 2), random.whole(1, 20)];
  b.input('x', [batch, tokens, random.whole(1, 30)]);
  const output = [batch, tokens, tokens];
  return b.build('gram', output, {}, { epilogue: b.epilogue(output) });
};

const wave = (random: Random): Shape => [random.pick(1, 2), 1, random.whole(64, 700), 1];

function frontEnd(random: Random): LogMelAttrs {
  const window = random.whole(8, 40);
  return {
    rate: 16_000,
    fft: window + random.pick(0, 0, 5, 24),
    window,
    hop: random.whole(4, 30),
    mels: random.whole(1, 18),
    low: random.pick(0, 125),
    high: random.pick(4000, 8000),
    scale: random.pick('slaney', 'htk', 'tf'),
    power: random.pick(1, 2),
    // Half precision keeps a logarithm of 1e-2 or more.
    log: random.pick('db', 'ln'),
    floor: 1e-2,
    offset: 1e-2,
    unit: random.chance(0.5),
  };
}

export const waveStats: Drawer<'waveStats'> = (random) => {
  const b = new StepBuilder(random);
  const shape = wave(random);
  b.input('x', shape, random.chance(0.5) ? 'f32' : undefined);
  return b.build('waveStats', [shape[0] as number, 2], {}, {}, 'f32');
};

export const spectrum: Drawer<'spectrum'> = (random) => {
  const b = new StepBuilder(random);
  const [attrs, shape] = [frontEnd(random), wave(random)];
  const frames = 1 + Math.floor(((shape[2] as number) - attrs.window) / attrs.hop);
  b.input('x', shape, 'f32');
  if (attrs.unit) b.input('stats', [shape[0] as number, 2], 'f32');
  b.weights.hann = { kind: 'mel', table: 'hann', attrs, shape: [attrs.window] };
  b.weights.circle = { kind: 'mel', table: 'circle', attrs, shape: [attrs.fft, 2] };
  return b.build('spectrum', [shape[0] as number, frames, binsOf(attrs)], attrs, {}, 'f32');
};

export const melLog: Drawer<'melLog'> = (random) => {
  const b = new StepBuilder(random);
  const attrs = frontEnd(random);
  const [batch, frames, bins] = [random.pick(1, 2), random.whole(1, 12), binsOf(attrs)];
  b.input('sums', [batch, frames, bins], 'f32');
  b.weights.filters = { kind: 'mel', table: 'filters', attrs, shape: [bins, attrs.mels] };
  return b.build('melLog', [batch, frames, attrs.mels, 1], attrs);
};
