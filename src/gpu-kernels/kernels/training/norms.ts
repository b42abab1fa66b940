// Training kernels of normalisation: mean and variance of a set in one dispatch, x̂ from them, and the closed form of the way back.
import { setsShape, type Over } from '../../gradients/norm-parts.ts';
import type { NormOf } from '../../gradients/norm.ts';
import { elements, type Shape } from '../../shape.ts';
import { eachElement, eachSum, float, grid, stepOf, type Lower, type Lowering, type Operand } from './lowering.ts';

const channelsOf = (shape: Shape): number => shape.at(-1) as number;

/** WGSL number of the set of element `i`. */
export function setOf(i: string, shape: Shape, a: Over): string {
  const channels = channelsOf(shape);
  if (a.over === 'batch') return `${i} % ${channels}u`;
  if (a.over === 'row') return `${i} / ${channels}u`;
  const picture = elements(shape) / (shape[0] as number);
  return `(${i} / ${picture}u * ${a.groups}u + ${i} % ${channels}u / ${channels / a.groups}u)`;
}

/** Elements of a set, and WGSL of the place of its `k`th, set number `j`. */
export function placesOf(shape: Shape, a: Over): { count: number; place: string } {
  const channels = channelsOf(shape);
  const rows = elements(shape) / channels;
  if (a.over === 'batch') return { count: rows, place: `k * ${channels}u + j` };
  if (a.over === 'row') return { count: channels, place: `j * ${channels}u + k` };
  const pixels = rows / (shape[0] as number);
  const width = channels / a.groups;
  return {
    count: pixels * width,
    place: `(j / ${a.groups}u * ${pixels}u + k / ${width}u) * ${channels}u + j % ${a.groups}u * ${width}u + k % ${width}u`,
  };
}

/** Mean and biased variance of each set; the mean is taken off before squares are summed. One dispatch, fixed order. */
export function moments(l: Lowering, x: Operand, a: Over, mean: Operand, variance: Operand): void {
  const { count, place } = placesOf(x.shape, a);
  const sets = elements(setsShape(x.shape, a));
  const slices = count <= 16 ? 1 : count <= 256 ? 4 : 16;
  const across = Math.max(1, Math.min(sets, 64 / slices));
  const size = across * slices;
  const total = `  part[local] = s;
  workgroupBarrier();
  s = 0.0;
  for (var k = 0u; k < ${slices}u; k++) { s += part[k * ${across}u + local % ${across}u]; }`;
  l.emit(
    stepOf({
      kernel: 'norm/moments',
      out: { mean, variance },
      in: { x },
      size,
      workgroups: grid(Math.ceil(sets / across)),
      helpers: `var<workgroup> part: array<f32, ${size}>;`,
      body: `  let slice = local / ${across}u;
  let own = group * ${across}u + local % ${across}u;
  let j = min(own, ${sets - 1}u);
  // The first element is near the mean: what is summed has no large common part.
  let first = x(${place.replaceAll(/\bk\b/g, '0u')});
  var s = 0.0;
  for (var k = slice; k < ${count}u; k += ${slices}u) { s += x(${place}) - first; }
${total}
  let centre = first + s / ${count}.0;
  workgroupBarrier();
  s = 0.0;
  for (var k = slice; k < ${count}u; k += ${slices}u) { let d = x(${place}) - centre; s += d * d; }
${total}
  if (slice != 0u || own >= ${sets}u) { return; }
  set_mean(j, centre);
  set_variance(j, s / ${count}.0);`,
    }),
  );
}

/** Both moments of a value are made by the first node that asks for one. */
export const statistic =
  (which: 'mean' | 'variance'): Lower<Over> =>
  (l, { inputs: [x], output, attrs }) => {
    const [mean, variance] = momentsOf(l, x as Operand, attrs);
    l.alias(output.id, which === 'mean' ? mean : variance);
  };

export function momentsOf(l: Lowering, x: Operand, attrs: Over): readonly [Operand, Operand] {
  const key = `moments:${x.id}:${attrs.over}:${attrs.over === 'group' ? attrs.groups : ''}`;
  return l.shared(key, () => {
    const shape = setsShape(x.shape, attrs);
    const made = [l.scratch(`${x.id}:mean`, shape), l.scratch(`${x.id}:variance`, shape)] as const;
    moments(l, x, attrs, made[0], made[1]);
    return made;
  }) as readonly [Operand, Operand];
}

export const normalize: Lower<NormOf> = (l, { inputs: [x, mean, variance], params, output, attrs }) =>
  eachElement(l, {
    kernel: 'norm/normalize',
    out: { y: output },
    in: { x, mean, variance, w: params['weight'], b: params['bias'] } as Record<string, Operand>,
    count: elements(output.shape),
    body: `  let c = i % ${channelsOf(output.shape)}u; let s = ${setOf('i', output.shape, attrs)};
  set_y(i, (x(i) - mean(s)) * (1.0 / sqrt(variance(s) + ${float(attrs.eps)})) * w(c) + b(c));`,
  });

/** Layer and group norm: the same with statistics made here. */
export const selfNormalize =
  (over: (attrs: { readonly eps: number; readonly groups?: number }) => Over): Lower<{ readonly eps: number }> =>
  (l, n) => {
    const attrs = { ...over(n.attrs), eps: n.attrs.eps } as NormOf;
    const made = momentsOf(l, n.inputs[0] as Operand, attrs);
    normalize(l, { ...n, attrs, inputs: [n.inputs[0] as Operand, ...made] });
  };

/** (g − mean of g − x̂ · mean of g·x̂) / σ with g = dy · weight. */
export const normInputGradient: Lower<NormOf> = (l, n) => {
  const { inputs, params, output, attrs } = n;
  const [dy, x, mean, variance] = inputs as [Operand, Operand, Operand, Operand];
  const w = params['weight'] as Operand;
  const { count, place } = placesOf(output.shape, attrs);
  const sets = elements(setsShape(output.shape, attrs));
  const sums = l.scratch(`${n.id}:sums`, [sets, 2]);
  const channels = channelsOf(output.shape);
  eachSum(l, {
    kernel: 'norm/input-sums',
    out: { sums },
    in: { dy, x, mean, variance, w },
    outputs: sets,
    terms: count,
    sums: 2,
    before: `  let centre = mean(j); let scale = 1.0 / sqrt(variance(j) + ${float(attrs.eps)});`,
    each: `    let at = ${place}; let g = dy(at) * w(at % ${channels}u); s0 += g; s1 += g * (x(at) - centre) * scale;`,
    finish: '  set_sums(j * 2u, s0); set_sums(j * 2u + 1u, s1);',
  });
  eachElement(l, {
    kernel: 'norm/input-gradient',
    out: { y: output },
    in: { dy, x, mean, variance, w, sums },
    count: elements(output.shape),
    body: `  let s = ${setOf('i', output.shape, attrs)}; let scale = 1.0 / sqrt(variance(s) + ${float(attrs.eps)});
  let g = dy(i) * w(i % ${channels}u); let normal = (x(i) - mean(s)) * scale;
  set_y(i, (g - sums(s * 2u) / ${count}.0 - normal * sums(s * 2u + 1u) / ${count}.0) * scale);`,
  });
};

/** Σ dy · x̂ by channel. */
export const normWeightGradient: Lower<NormOf> = (l, { inputs, output, attrs }) => {
  const [dy, x, mean, variance] = inputs as [Operand, Operand, Operand, Operand];
  const channels = channelsOf(dy.shape);
  eachSum(l, {
    kernel: 'norm/weight-gradient',
    out: { y: output },
    in: { dy, x, mean, variance },
    outputs: channels,
    terms: elements(dy.shape) / channels,
    each: `    let at = k * ${channels}u + j; let s = ${setOf('at', dy.shape, attrs)};
    s0 += dy(at) * ((x(at) - mean(s)) * (1.0 / sqrt(variance(s) + ${float(attrs.eps)})));`,
    finish: '  set_y(j, s0);',
  });
};

/** The same by running statistics. */
export const frozenNormWeightGradient: Lower<{ readonly eps: number }> = (
  l,
  { inputs: [dy, x], params, output, attrs },
) => {
  const channels = channelsOf(output.shape);
  eachSum(l, {
    kernel: 'norm/frozen-weight-gradient',
    out: { y: output },
    in: { dy, x, m: params['running_mean'], v: params['running_var'] } as Record<string, Operand>,
    outputs: channels,
    terms: elements((dy as Operand).shape) / channels,
    before: '  let centre = m(j);',
    each: `    let at = k * ${channels}u + j; s0 += dy(at) * (x(at) - centre);`,
    finish: `  set_y(j, s0 / sqrt(v(j) + ${float(attrs.eps)}));`,
  });
};

/** Sum over broadcast axes, aligned at the last. */
export const sumTo: Lower = (l, { inputs: [input], output }) => {
  const x = input as Operand;
  const from = x.shape;
  const aligned = [...new Array<number>(from.length - output.shape.length).fill(1), ...output.shape];
  const kept: string[] = [];
  const summed: string[] = [];
  let [below, keptBelow, summedBelow] = [1, 1, 1];
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const size = from[axis] as number;
    if (size > 1 && aligned[axis] === size) {
      kept.push(`j / ${keptBelow}u % ${size}u * ${below}u`);
      keptBelow *= size;
    } else if (size > 1) {
      summed.push(`k / ${summedBelow}u % ${size}u * ${below}u`);
      summedBelow *= size;
    }
    below *= size;
  }
  eachSum(l, {
    kernel: 'reduce/sum-to',
    out: { y: output },
    in: { x },
    outputs: keptBelow,
    terms: summedBelow,
    before: `  let base = ${kept.join(' + ') || '0u'};`,
    each: `    s0 += x(base + ${summed.join(' + ') || '0u'});`,
    finish: '  set_y(j, s0);',
  });
};
