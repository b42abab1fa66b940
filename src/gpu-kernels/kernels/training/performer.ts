// Training kernels of performer attention: features and their sums are made once, forward and backward read them.
import { EPSILON } from '../../ops/performer.ts';
import { elements } from '../../shape.ts';
import { eachElement, eachSum, float, type Lower, type Lowering, type Operand } from './lowering.ts';

interface Sizes {
  readonly dim: number;
  readonly features: number;
}

/** Features of keys (0) and queries (1), their sums over tokens, and the quotient's two sides. */
function partsOf(l: Lowering, x: Operand, w: Operand, { dim, features }: Sizes) {
  const [batch, tokens] = x.shape as readonly [number, number, number];
  const key = `performer:${x.id}:${w.id}`;
  const names = ['phi', 'products', 'sums', 'top', 'below'] as const;
  const made = l.shared(key, () => {
    const phi = l.scratch(`${key}:phi`, [2, batch, tokens, features]);
    eachElement(l, {
      kernel: 'performer/features',
      out: { phi },
      in: { x, w },
      count: elements(phi.shape),
      body: `  let m = i % ${features}u; let row = i / ${features}u % ${batch * tokens}u; let base_at = (row * 3u + i / ${features * batch * tokens}u) * ${dim}u;
  var dot = 0.0; var squares = 0.0;
  for (var d = 0u; d < ${dim}u; d++) { let v = x(base_at + d); dot += w(m * ${dim}u + d) * v; squares += v * v; }
  set_phi(i, exp(dot - squares * 0.5) * ${float(1 / Math.sqrt(features))});`,
    });
    const products = l.scratch(`${key}:products`, [batch, features, dim]);
    eachSum(l, {
      kernel: 'performer/products',
      out: { products },
      in: { phi, x },
      outputs: elements(products.shape),
      terms: tokens,
      before: `  let d = j % ${dim}u; let m = j / ${dim}u % ${features}u; let n = j / ${dim * features}u;`,
      each: `    let row = n * ${tokens}u + k; s0 += phi(row * ${features}u + m) * x((row * 3u + 2u) * ${dim}u + d);`,
      finish: '  set_products(j, s0);',
    });
    const sums = l.scratch(`${key}:sums`, [batch, features]);
    eachSum(l, {
      kernel: 'performer/sums',
      out: { sums },
      in: { phi },
      outputs: batch * features,
      terms: tokens,
      each: `    s0 += phi((j / ${features}u * ${tokens}u + k) * ${features}u + j % ${features}u);`,
      finish: '  set_sums(j, s0);',
    });
    const top = l.scratch(`${key}:top`, [batch, tokens, dim]);
    const below = l.scratch(`${key}:below`, [batch, tokens]);
    const queries = batch * tokens * features;
    eachElement(l, {
      kernel: 'performer/top',
      out: { top },
      in: { phi, products },
      count: elements(top.shape),
      body: `  let row = i / ${dim}u; var sum = 0.0;
  for (var m = 0u; m < ${features}u; m++) { sum += phi(${queries}u + row * ${features}u + m) * products((row / ${tokens}u * ${features}u + m) * ${dim}u + i % ${dim}u); }
  set_top(i, sum);`,
    });
    eachElement(l, {
      kernel: 'performer/below',
      out: { below },
      in: { phi, sums },
      count: batch * tokens,
      body: `  var sum = ${float(EPSILON)};
  for (var m = 0u; m < ${features}u; m++) { sum += phi(${queries}u + i * ${features}u + m) * sums(i / ${tokens}u * ${features}u + m); }
  set_below(i, sum);`,
    });
    return [phi, products, sums, top, below];
  });
  return Object.fromEntries(names.map((name, i) => [name, made[i] as Operand])) as Record<
    (typeof names)[number],
    Operand
  >;
}

export const performer: Lower<Sizes> = (l, { inputs: [x], params, output, attrs }) => {
  const { top, below } = partsOf(l, x as Operand, params['w'] as Operand, attrs);
  eachElement(l, {
    kernel: 'performer/quotient',
    out: { y: output },
    in: { top, below },
    count: elements(output.shape),
    body: `  set_y(i, top(i) / below(i / ${attrs.dim}u));`,
  });
};

/** Derivatives to the exponents of keys and queries, and to the products. */
function slopesOf(l: Lowering, dy: Operand, x: Operand, w: Operand, a: Sizes) {
  const { dim, features } = a;
  const [batch, tokens] = x.shape as readonly [number, number, number];
  const { phi, products, sums, top, below } = partsOf(l, x, w, a);
  const key = `performer-slopes:${dy.id}:${x.id}`;
  const queries = batch * tokens * features;
  return l.shared(key, () => {
    const tb = l.scratch(`${key}:below`, [batch, tokens]);
    eachElement(l, {
      kernel: 'performer/below-gradient',
      out: { tb },
      in: { dy, top, below },
      count: batch * tokens,
      body: `  var sum = 0.0; let b = below(i);
  for (var d = 0u; d < ${dim}u; d++) { sum -= dy(i * ${dim}u + d) * top(i * ${dim}u + d) / (b * b); }
  set_tb(i, sum);`,
    });
    const tp = l.scratch(`${key}:products`, [batch, features, dim]);
    eachSum(l, {
      kernel: 'performer/products-gradient',
      out: { tp },
      in: { phi, dy, below },
      outputs: elements(tp.shape),
      terms: tokens,
      before: `  let d = j % ${dim}u; let m = j / ${dim}u % ${features}u; let n = j / ${dim * features}u;`,
      each: `    let row = n * ${tokens}u + k; s0 += phi(${queries}u + row * ${features}u + m) * dy(row * ${dim}u + d) / below(row);`,
      finish: '  set_tp(j, s0);',
    });
    const ts = l.scratch(`${key}:sums`, [batch, features]);
    eachSum(l, {
      kernel: 'performer/sums-gradient',
      out: { ts },
      in: { phi, tb },
      outputs: batch * features,
      terms: tokens,
      each: `    let row = j / ${features}u * ${tokens}u + k; s0 += phi(${queries}u + row * ${features}u + j % ${features}u) * tb(row);`,
      finish: '  set_ts(j, s0);',
    });
    const slopes = l.scratch(`${key}:exponents`, [2, batch, tokens, features]);
    eachElement(l, {
      kernel: 'performer/exponent-gradient',
      out: { slopes },
      in: { phi, products, sums, dy, below, tb, tp, ts, x },
      count: elements(slopes.shape),
      body: `  let m = i % ${features}u; let row = i / ${features}u % ${batch * tokens}u; let at = row / ${tokens}u * ${features}u + m;
  var sum = 0.0;
  if (i < ${queries}u) {
    sum = ts(at);
    for (var d = 0u; d < ${dim}u; d++) { sum += tp(at * ${dim}u + d) * x((row * 3u + 2u) * ${dim}u + d); }
  } else {
    sum = tb(row) * sums(at);
    for (var d = 0u; d < ${dim}u; d++) { sum += dy(row * ${dim}u + d) / below(row) * products(at * ${dim}u + d); }
  }
  set_slopes(i, sum * phi(i));`,
    });
    return [slopes, tp, phi];
  }) as readonly [Operand, Operand, Operand];
}

export const performerGradient: Lower<Sizes & { readonly part: 'input' | 'w' }> = (
  l,
  { inputs, params, output, attrs },
) => {
  const { dim, features } = attrs;
  const [dy, x] = inputs as [Operand, Operand];
  const w = params['w'] as Operand;
  const [batch, tokens] = x.shape as readonly [number, number, number];
  const [slopes, tp, phi] = slopesOf(l, dy, x, w, attrs);
  if (attrs.part === 'w')
    return eachSum(l, {
      kernel: 'performer/weight-gradient',
      out: { r: output },
      in: { slopes, x },
      outputs: features * dim,
      terms: 2 * batch * tokens,
      each: `    let row = k % ${batch * tokens}u; let which = k / ${batch * tokens}u;
    s0 += slopes(k * ${features}u + j / ${dim}u) * x((row * 3u + which) * ${dim}u + j % ${dim}u);`,
      finish: '  set_r(j, s0);',
    });
  eachElement(l, {
    kernel: 'performer/input-gradient',
    out: { r: output },
    in: { slopes, tp, phi, x, w },
    count: elements(output.shape),
    body: `  let d = i % ${dim}u; let which = i / ${dim}u % 3u; let row = i / ${3 * dim}u; let own = x(i);
  var sum = 0.0;
  for (var m = 0u; m < ${features}u; m++) {
    if (which == 2u) { sum += phi(row * ${features}u + m) * tp((row / ${tokens}u * ${features}u + m) * ${dim}u + d); }
    else { sum += slopes((which * ${batch * tokens}u + row) * ${features}u + m) * (w(m * ${dim}u + d) - own); }
  }
  set_r(i, sum);`,
  });
};
