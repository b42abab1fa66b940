// The log-mel front end: sums over a whole wave in one workgroup, then one invocation a frequency and one a mel band.
import type { Kernel } from '../../families/index.ts';
import { binsOf, unitEpsilon } from '../../ops/mel.ts';
import { f32Literal, Shader } from '../../wgsl/shader.ts';
import { element, gatherKernel, shapeOf } from '../move/gather.ts';

const threads = 128;

export const waveStats: Kernel<'waveStats'> = {
  name: 'waveStats/workgroup',
  family: 'waveStats',
  doc: 'One workgroup a wave: mean first, then the squares around it.',
  accepts: (step, caps) =>
    step.outputs.length === 1 &&
    step.prologue.length === 0 &&
    step.epilogue.length === 0 &&
    caps.maxInvocationsPerWorkgroup >= threads,
  build(step, _caps, precision) {
    const shader = new Shader(step, precision);
    const [batch, , samples] = shapeOf(step.inputs[0]) as [number, number, number];
    const sum = (term: string): string => `sum = 0.0;
for (var i = local; i < ${samples}u; i += ${threads}u) { let x = ${element(shader, 0, ['n', '0u', 'i', '0u'])}; sum += ${term}; }
partial[local] = sum;
workgroupBarrier();
for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
if (local < half) { partial[local] += partial[local + half]; }
workgroupBarrier();
}`;
    return shader.build(
      `var<workgroup> partial: array<f32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
let n = group.x;
var sum = 0.0;
${sum('x')}
let mean = partial[0] / ${samples}.0;
workgroupBarrier();
${sum('(x - mean) * (x - mean)')}
if (local == 0u) {
${shader.store(shader.output(), 'n', `vec4f(mean, inverseSqrt(partial[0] / ${samples}.0 + ${f32Literal(unitEpsilon)}), 0.0, 0.0)`)}
}
}`,
      [batch, 1, 1],
    );
  },
};

export const spectrum = gatherKernel(
  'spectrum/element',
  'spectrum',
  'Sums a windowed frame against one frequency of the Fourier table.',
  (shader, step) => {
    const a = step.attrs;
    const table = (role: string, elements: number) =>
      shader.weight(role, { packer: 'plain', roles: [role], options: {}, elements, type: 'f32' });
    const window = table('hann', Math.ceil(a.window / 4) * 4);
    const circle = table('circle', Math.ceil(a.fft / 2) * 4);
    const at = (buffer: ReturnType<typeof table>, i: string) => `(${shader.load(buffer, `(${i}) / 4u`)})[(${i}) % 4u]`;
    const raw = element(shader, 0, ['i0', '0u', `i1 * ${a.hop}u + i`, '0u']);
    const x =
      step.inputs.length > 1
        ? `(${raw} - ${element(shader, 1, ['i0', '0u'])}) * ${element(shader, 1, ['i0', '1u'])}`
        : raw;
    return `var re = 0.0;
var im = 0.0;
var turn = 0u;
for (var i = 0u; i < ${a.window}u; i++) {
let x = ${x} * ${at(window, 'i')};
re += x * ${at(circle, 'turn * 2u')};
im += x * ${at(circle, 'turn * 2u + 1u')};
turn += i2;
if (turn >= ${a.fft}u) { turn -= ${a.fft}u; }
}
value = ${a.power === 2 ? 're * re + im * im' : 'sqrt(re * re + im * im)'};`;
  },
);

export const melLog = gatherKernel(
  'melLog/element',
  'melLog',
  'Sums the bins of one mel filter and takes the logarithm.',
  (shader, step) => {
    const a = step.attrs;
    const bins = binsOf(a);
    const filters = shader.weight('filters', {
      packer: 'plain',
      roles: ['filters'],
      options: {},
      elements: Math.ceil((bins * a.mels) / 4) * 4,
      type: 'f32',
    });
    const weight = `(${shader.load(filters, `(k * ${a.mels}u + i2) / 4u`)})[(k * ${a.mels}u + i2) % 4u]`;
    return `for (var k = 0u; k < ${bins}u; k++) { value += ${element(shader, 0, ['i0', 'i1', 'k'])} * ${weight}; }
value = ${a.log === 'db' ? `log(max(value, ${f32Literal(a.floor)})) * ${f32Literal(10 / Math.LN10)}` : `log(value + ${f32Literal(a.offset)})`};`;
  },
);
