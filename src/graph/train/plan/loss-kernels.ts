// Losses as kernels: one invocation a row (of a concordance: a column) finds its share of the value, or the derivative of its outputs.
import {
  eachElement,
  eachSum,
  float,
  type Lower,
  type LoweredNode,
  type Lowering,
  type Operand,
} from '../../../gpu-kernels/kernels/training/lowering.ts';
import { targetsOf, type Loss } from '../loss.ts';

/**
 * exp and log to a unit in the last place or two: WGSL's own may be off by many. Cody and Waite's reduction with Taylor's series; log by
 * 2·artanh((m − 1) / (m + 1)) on [√½, √2].
 */
const exact = `
fn exp_of(x: f32) -> f32 {
  let y = clamp(x, -87.0, 88.0);
  let n = floor(y * 1.44269504 + 0.5);
  let r = (y - n * 0.693359375) + n * 2.12194440e-4;
  let p = 1.0 + r * (1.0 + r * (0.5 + r * (0.166666667 + r * (0.0416666667 + r * (0.00833333333 + r * (0.00138888889 + r * 1.98412698e-4))))));
  return p * bitcast<f32>((i32(n) + 127) << 23u);
}
fn log_of(x: f32) -> f32 {
  var bits = bitcast<i32>(x);
  var e = (bits >> 23u) - 127;
  var m = bitcast<f32>((bits & 0x7fffff) | 0x3f800000);
  if (m > 1.41421356) { m *= 0.5; e += 1; }
  let s = (m - 1.0) / (m + 1.0);
  let q = s * s;
  let series = 2.0 * s * (1.0 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * 0.0909090909)))));
  return f32(e) * 0.693359375 + (f32(e) * -2.12194440e-4 + series);
}`;

/** WGSL over row `i` of `C` columns: statements in front, then value and slope of element `at` (column `c`) as expressions. */
interface RowText {
  readonly before?: string;
  /** Statements that set `value` and `slope` of element `at`. */
  readonly each: string;
  readonly helpers?: string;
}

const number = (value: number): string => float(value);

/** Softmax of `name` / T over row `i`: `most_NAME`, `sum_NAME`. */
const softmaxOf = (
  name: string,
  columns: number,
  scale: string,
): string => `  var most_${name} = ${name}(i * ${columns}u);
  for (var c = 1u; c < ${columns}u; c++) { most_${name} = max(most_${name}, ${name}(i * ${columns}u + c)); }
  var sum_${name} = 0.0;
  for (var c = 0u; c < ${columns}u; c++) { sum_${name} += exp_of((${name}(i * ${columns}u + c) - most_${name}) * ${scale}); }`;

function entropy(loss: Extract<Loss, { name: 'ce' | 'soft_ce' | 'kl' | 'kl_sparse' }>, columns: number): RowText {
  const temperature = loss.name === 'kl' ? loss.temperature : 1;
  const cold = number(1 / temperature);
  const before = [softmaxOf('z', columns, cold), '  let log_sum = log_of(sum_z);'];
  let target: string;
  if (loss.name === 'ce') {
    const rest = loss.label_smoothing / columns;
    before.push('  let label = u32(label_of(i));');
    target = `select(${number(rest)}, ${number(1 - loss.label_smoothing + rest)}, c == label)`;
  } else {
    before.push(softmaxOf('teacher', columns, cold));
    const share = `(exp_of((teacher(at) - most_teacher) * ${cold}) / sum_teacher)`;
    target = share;
    if (loss.name === 'kl_sparse') {
      const rest = columns - Math.min(loss.k, columns);
      // The k-th largest in order of size and place.
      before.push(`  var last = most_teacher; var last_at = 0u; var known = 0.0;
  for (var k = 0u; k < ${Math.min(loss.k, columns)}u; k++) {
    var next = -3.0e38; var next_at = 0u;
    for (var c = 0u; c < ${columns}u; c++) {
      let v = teacher(i * ${columns}u + c);
      let after = k == 0u || v < last || (v == last && c > last_at);
      if (after && v > next) { next = v; next_at = c; }
    }
    last = next; last_at = next_at; known += exp_of(next - most_teacher) / sum_teacher;
  }`);
      const kept = 'teacher(at) > last || (teacher(at) == last && c <= last_at)';
      if (loss.mode === 'smooth') target = `select((1.0 - known) / ${Math.max(1, rest)}.0, ${share}, ${kept})`;
      else {
        before.push(`  var sum_kept = 0.0;
  for (var c = 0u; c < ${columns}u; c++) { let at = i * ${columns}u + c; if (${kept}) { sum_kept += exp_of(${share}); } }`);
        target = `select(0.0, exp_of(${share}) / sum_kept, ${kept})`;
      }
    }
  }
  const divergence = loss.name === 'kl' || loss.name === 'kl_sparse';
  return {
    helpers: exact,
    before: before.join('\n'),
    each: `let t = ${target}; let x = (z(at) - most_z) * ${cold};
    value = select(0.0, ${number(temperature ** 2)} * t * (${divergence ? 'log_of(t)' : '0.0'} - (x - log_sum)), t > 0.0);
    slope = ${number(temperature)} * (exp_of(x) / sum_z - t);`,
  };
}

function focal({ alpha, gamma }: Extract<Loss, { name: 'focal' }>): RowText {
  const power =
    gamma === 2 ? 'q * q' : `select(exp_of(${number(gamma)} * log_of(max(q, 1.2e-38))), 1.0, ${gamma === 0})`;
  return {
    helpers: exact,
    before: '  let label = u32(label_of(i));',
    each: `let hit = c == label; let sign = select(-1.0, 1.0, hit); let x = sign * z(at);
    let p = 1.0 / (1.0 + exp_of(-x)); let q = 1.0 / (1.0 + exp_of(x));
    let small = exp_of(-abs(x)); let one = 1.0 + small;
    // log1p: the part that rounding took from 1 + small is given back.
    let cross = max(-x, 0.0) + log_of(one) + (small - (one - 1.0)) / one;
    let weight = select(${number(1 - alpha)}, ${number(alpha)}, hit); let power = ${power};
    value = weight * power * cross; slope = -weight * sign * power * (${number(gamma)} * p * cross + q);`,
  };
}

function pairs(loss: Exclude<Loss, { name: 'ce' | 'soft_ce' | 'kl' | 'kl_sparse' | 'focal' | 'ccc' }>): RowText {
  if (loss.name === 'mse') return { each: 'let e = z(at) - goal(at); value = e * e; slope = 2.0 * e;' };
  if (loss.name === 'l1') return { each: 'let e = z(at) - goal(at); value = abs(e); slope = sign(e);' };
  if (loss.name === 'smooth_l1')
    return {
      each: `let e = z(at) - goal(at); let near = abs(e) < ${number(loss.beta)};
    value = select(abs(e) - ${number(0.5 * loss.beta)}, 0.5 * e * e / ${number(loss.beta)}, near);
    slope = select(sign(e), e / ${number(loss.beta)}, near);`,
    };
  const teacher = (name: string, beyond: number, between: number): string => `
    let reach_${name} = abs(${name}(at) - g); let aim_${name} = g + s * reach_${name};
    let w_${name} = select(select(0.0, ${number(between)}, abs(e) >= 0.15 * reach_${name}), ${number(beyond)}, abs(e) > reach_${name});
    value += w_${name} * abs(aim_${name} - z(at)); slope += w_${name} * sign(z(at) - aim_${name});`;
  return {
    each: `let g = goal(at); let e = z(at) - g; let s = sign(e); let d = abs(tolerant(at) - g); let far = abs(e) > d;
    value = 2.0 * select(3.0 * abs(e), e * e + 3.0 * d - d * d, far); slope = 2.0 * select(3.0 * s, 2.0 * e, far);
    ${teacher('tough', 1.9, -0.45)}${teacher('tolerant', 1.8, -0.4)}`,
  };
}

/** Names that kernels give to targets; `target` is a word of theirs. */
const names = { label: 'label_of', teacher: 'teacher', target: 'goal', tough: 'tough', tolerant: 'tolerant' } as const;

function given(loss: Loss, inputs: readonly Operand[]): Record<string, Operand> {
  const targets = targetsOf(loss).map((name, i): [string, Operand] => [names[name], inputs[i + 1] as Operand]);
  return { z: inputs[0] as Operand, ...Object.fromEntries(targets) };
}

function emitLoss(l: Lowering, n: LoweredNode<Loss>, asked: 'value' | 'slope'): void {
  const loss = n.attrs;
  const [rows, columns] = (n.inputs[0] as Operand).shape as readonly [number, number];
  const operands = given(loss, n.inputs);
  const units = loss.name === 'ccc' ? columns : rows;
  const y = asked === 'slope' ? n.output : l.scratch(`${n.id}:parts`, [units]);
  if (loss.name === 'ccc') concordance(l, operands, y, rows, columns, asked);
  else {
    const perElement = !['ce', 'soft_ce', 'kl', 'kl_sparse', 'focal'].includes(loss.name);
    const text = perElement
      ? pairs(loss as Parameters<typeof pairs>[0])
      : loss.name === 'focal'
        ? focal(loss)
        : entropy(loss as Parameters<typeof entropy>[0], columns);
    eachElement(l, {
      kernel: asked === 'slope' ? `loss/${loss.name}-gradient` : `loss/${loss.name}`,
      out: { y },
      in: operands,
      count: rows,
      helpers: text.helpers ?? '',
      body: `${text.before ?? ''}
  var total = 0.0;
  for (var c = 0u; c < ${columns}u; c++) {
    let at = i * ${columns}u + c; var value = 0.0; var slope = 0.0;
    ${text.each}
    ${asked === 'slope' ? `set_y(at, slope / ${perElement ? rows * columns : rows}.0);` : 'total += value;'}
  }
  ${asked === 'slope' ? '' : `set_y(i, total / ${perElement ? rows * columns : rows}.0);`}`,
    });
  }
  if (asked === 'value')
    eachSum(l, {
      kernel: 'loss/sum',
      out: { r: n.output },
      in: { y },
      outputs: 1,
      terms: units,
      each: '    s0 += y(k);',
      finish: `  set_r(0u, ${loss.name === 'ccc' ? '1.0 - s0' : 's0'});`,
    });
}

/** Column by column: means, then the central moments. */
function concordance(
  l: Lowering,
  operands: Record<string, Operand>,
  y: Operand,
  rows: number,
  columns: number,
  asked: string,
): void {
  eachElement(l, {
    kernel: asked === 'slope' ? 'loss/ccc-gradient' : 'loss/ccc',
    out: { y },
    in: operands,
    count: columns,
    body: `  var mz = 0.0; var mg = 0.0;
  for (var r = 0u; r < ${rows}u; r++) { mz += z(r * ${columns}u + i); mg += goal(r * ${columns}u + i); }
  mz /= ${rows}.0; mg /= ${rows}.0;
  var vz = 0.0; var vg = 0.0; var cov = 0.0;
  for (var r = 0u; r < ${rows}u; r++) {
    let dz = z(r * ${columns}u + i) - mz; let dg = goal(r * ${columns}u + i) - mg;
    vz += dz * dz; vg += dg * dg; cov += dz * dg;
  }
  vz /= ${rows}.0; vg /= ${rows}.0; cov /= ${rows}.0;
  let bottom = vz + vg + (mz - mg) * (mz - mg);
${
  asked === 'slope'
    ? `  for (var r = 0u; r < ${rows}u; r++) {
    let dz = z(r * ${columns}u + i) - mz; let dg = goal(r * ${columns}u + i) - mg;
    set_y(r * ${columns}u + i, -(2.0 * dg / ${rows}.0 - 2.0 * cov * (2.0 * (dz + mz - mg) / ${rows}.0) / bottom) / bottom / ${columns}.0);
  }`
    : `  set_y(i, 2.0 * cov / bottom / ${columns}.0);`
}`,
  });
}

export const loss: Lower<Loss> = (l, n) => emitLoss(l, n, 'value');
export const lossGradient: Lower<Loss> = (l, n) => emitLoss(l, n, 'slope');
