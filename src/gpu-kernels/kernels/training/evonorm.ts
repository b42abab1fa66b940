// Training kernels of EvoNorm: both forms, and the way back through quotient, gate or maximum, and the variances' own share.
import { setsShape, type Over } from '../../gradients/norm-parts.ts';
import { elements } from '../../shape.ts';
import { eachElement, eachSum, float, type Lower, type Operand } from './lowering.ts';
import { momentsOf, placesOf, setOf } from './norms.ts';

const channelsOf = ({ shape }: Operand): number => shape.at(-1) as number;
const sigmoid = 'fn sig(x: f32) -> f32 { return 1.0 / (1.0 + exp(clamp(-x, -87.0, 87.0))); }';

/** Scale and shift alone: what both forms are where no activation follows. */
const affine: Lower = (l, { inputs: [x], params, output }) =>
  eachElement(l, {
    kernel: 'norm/affine',
    out: { y: output },
    in: { x, w: params['weight'], b: params['bias'] } as Record<string, Operand>,
    count: elements(output.shape),
    body: `  let c = i % ${channelsOf(output)}u; set_y(i, x(i) * w(c) + b(c));`,
  });

interface Eps {
  readonly eps: number;
}

export const s0: Lower<Eps & { readonly apply: boolean; readonly groups: number }> = (l, n) => {
  const { inputs, params, output, attrs } = n;
  if (!attrs.apply) return affine(l, n);
  const x = inputs[0] as Operand;
  const over: Over = { over: 'group', groups: attrs.groups };
  const [, variance] = momentsOf(l, x, over);
  eachElement(l, {
    kernel: 'evonorm/s0',
    out: { y: output },
    in: { x, variance, w: params['weight'], b: params['bias'], v: params['v'] } as Record<string, Operand>,
    count: elements(output.shape),
    helpers: sigmoid,
    body: `  let c = i % ${channelsOf(output)}u; let value = x(i);
  set_y(i, value * sig(v(c) * value) / sqrt(variance(${setOf('i', output.shape, over)}) + ${float(attrs.eps)}) * w(c) + b(c));`,
  });
};

export const b0: Lower<Eps & { readonly apply: boolean }> = (l, n) => {
  const { inputs, params, output, attrs } = n;
  if (!attrs.apply) return affine(l, n);
  const x = inputs[0] as Operand;
  const over: Over = { over: 'group', groups: channelsOf(x) };
  const [, variance] = momentsOf(l, x, over);
  const { weight: w, bias: b, v, running_var: whole } = params as Record<string, Operand>;
  eachElement(l, {
    kernel: 'evonorm/b0',
    out: { y: output },
    in: { x, variance, w, b, v, whole } as Record<string, Operand>,
    count: elements(output.shape),
    body: `  let c = i % ${channelsOf(output)}u; let value = x(i);
  let single = v(c) * value + sqrt(variance(${setOf('i', output.shape, over)}) + ${float(attrs.eps)});
  set_y(i, value / max(sqrt(whole(c) + ${float(attrs.eps)}), single) * w(c) + b(c));`,
  });
};

type Asked = { readonly part: 'input' | 'weight' | 'v' };

export const s0Gradient: Lower<Eps & Asked & { readonly groups: number }> = (l, n) => {
  const { inputs, params, output, attrs } = n;
  const [dy, x] = inputs as [Operand, Operand];
  const over: Over = { over: 'group', groups: attrs.groups };
  const [mean, variance] = momentsOf(l, x, over);
  const channels = channelsOf(x);
  const given = { dy, x, variance, w: params['weight'] as Operand, v: params['v'] as Operand };
  const terms = (at: string, set: string): string => `    let c = ${at} % ${channels}u; let value = x(${at});
    let deviation = sqrt(variance(${set}) + ${float(attrs.eps)}); let s = sig(v(c) * value);
    let bend = value * s * sig(-v(c) * value); let g = dy(${at}); let scaled = g * w(c) / deviation;`;
  if (attrs.part !== 'input')
    return eachSum(l, {
      kernel: `evonorm/s0-${attrs.part}-gradient`,
      out: { r: output },
      in: given,
      helpers: sigmoid,
      outputs: channels,
      terms: elements(x.shape) / channels,
      each: `    let at = k * ${channels}u + j;\n${terms('at', setOf('at', x.shape, over))}
    s0 += ${attrs.part === 'weight' ? 'g * value * s / deviation' : 'scaled * value * bend'};`,
      finish: '  set_r(j, s0);',
    });
  const { count, place } = placesOf(x.shape, over);
  const sets = setsShape(x.shape, over);
  const slopes = l.scratch(`${n.id}:variance`, sets);
  eachSum(l, {
    kernel: 'evonorm/s0-variance-gradient',
    out: { slopes },
    in: given,
    helpers: sigmoid,
    outputs: elements(sets),
    terms: count,
    each: `    let at = ${place};\n${terms('at', 'j')}\n    s0 -= scaled * value * s / (2.0 * deviation * deviation);`,
    finish: '  set_slopes(j, s0);',
  });
  eachElement(l, {
    kernel: 'evonorm/s0-input-gradient',
    out: { r: output },
    in: { ...given, mean, slopes },
    count: elements(x.shape),
    helpers: sigmoid,
    body: `  let place = ${setOf('i', x.shape, over)};\n${terms('i', 'place')}
  set_r(i, scaled * (s + v(c) * bend) + slopes(place) * 2.0 * (value - mean(place)) / ${count}.0);`,
  });
};

export const b0Gradient: Lower<Eps & Asked & { readonly batch: boolean }> = (l, n) => {
  const { inputs, params, output, attrs } = n;
  const [dy, x] = inputs as [Operand, Operand];
  const channels = channelsOf(x);
  const instances: Over = { over: 'group', groups: channels };
  const [mean, variance] = momentsOf(l, x, instances);
  const { weight: w, v, running_var: batch } = params as Record<'weight' | 'v' | 'running_var', Operand>;
  const given = { dy, x, variance, w, v, batch };
  const terms = (
    at: string,
    set: string,
  ): string => `    let c = ${at} % ${channels}u; let value = x(${at}); let g = dy(${at});
    let deviation = sqrt(variance(${set}) + ${float(attrs.eps)}); let whole = sqrt(batch(c) + ${float(attrs.eps)});
    let single = v(c) * value + deviation; let bottom = max(whole, single);
    let scaled = g * w(c) / bottom; let to_bottom = -scaled * value / bottom;`;
  const byChannel = (kernel: string, out: Operand, each: string): void =>
    eachSum(l, {
      kernel,
      out: { r: out },
      in: given,
      outputs: channels,
      terms: elements(x.shape) / channels,
      each: `    let at = k * ${channels}u + j;\n${terms('at', setOf('at', x.shape, instances))}\n    ${each}`,
      finish: '  set_r(j, s0);',
    });
  if (attrs.part === 'weight') return byChannel('evonorm/b0-weight-gradient', output, 's0 += g * value / bottom;');
  if (attrs.part === 'v')
    return byChannel('evonorm/b0-v-gradient', output, 's0 += select(0.0, to_bottom * value, single > whole);');
  const { count, place } = placesOf(x.shape, instances);
  const sets = setsShape(x.shape, instances);
  const own = l.scratch(`${n.id}:instance`, sets);
  eachSum(l, {
    kernel: 'evonorm/b0-instance-gradient',
    out: { own },
    in: given,
    outputs: elements(sets),
    terms: count,
    each: `    let at = ${place};\n${terms('at', 'j')}\n    s0 += select(0.0, to_bottom / (2.0 * deviation), single > whole);`,
    finish: '  set_own(j, s0);',
  });
  const across = l.scratch(`${n.id}:batch`, [channels]);
  byChannel('evonorm/b0-batch-gradient', across, 's0 += select(to_bottom / (2.0 * whole), 0.0, single > whole);');
  const [centre] = momentsOf(l, x, { over: 'batch' });
  eachElement(l, {
    kernel: 'evonorm/b0-input-gradient',
    out: { r: output },
    in: { ...given, mean, own, across, centre },
    count: elements(x.shape),
    body: `  let place = ${setOf('i', x.shape, instances)};\n${terms('i', 'place')}
  var sum = scaled + own(place) * 2.0 * (value - mean(place)) / ${count}.0;
  if (single > whole) { sum += to_bottom * v(c); }
  ${attrs.batch ? `sum += across(c) * 2.0 * (value - centre(c)) / ${elements(x.shape) / channels}.0;` : ''}
  set_r(i, sum);`,
  });
};
