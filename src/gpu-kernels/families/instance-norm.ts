// EvoNorm-B0 inside the steps that read its result: they take the moments of its input from the kernel that made it, and normalise as they load.
import type { Numbers, StepShape, Value } from '../step.ts';
import type { StepData } from './family.ts';
import { shapeOf } from './riders.ts';

/**
 * x / max(deviation, v·x + sqrt(varInstance + eps)) · gamma + beta on inputs[0], ahead of the prologue. inputs[input] are the moments of
 * that value, `[N, parts, 2, C]` (riders.ts), over `pixels` pixels a picture. weights `deviation`, `v`, `gamma`, `beta`, `[C]` each.
 */
export interface InstanceNorm {
  readonly input: number;
  readonly pixels: number;
  readonly eps: number;
}

/** The first operand, normalised. */
export function instanceNormalised(
  step: StepShape<string, { readonly instance?: InstanceNorm }>,
  data: StepData,
): Numbers {
  const { instance } = step.attrs;
  const x = data.inputs[0] as Numbers;
  if (!instance) return x;
  const [batch, parts, , channels] = (step.inputs[instance.input] as Value).shape as [number, number, number, number];
  const moments = data.inputs[instance.input] as Numbers;
  const { deviation, v, gamma, beta } = data.weights as Readonly<Record<'deviation' | 'v' | 'gamma' | 'beta', Numbers>>;
  const mean = (n: number, which: number, c: number): number => {
    let sum = 0;
    for (let part = 0; part < parts; part++) sum += moments[((n * parts + part) * 2 + which) * channels + c]!;
    return sum / instance.pixels;
  };
  const each = shapeOf(step.inputs[0]).reduce((a, b) => a * b, 1) / batch;
  const spread = Float64Array.from({ length: batch * channels }, (_, i) => {
    const [n, c] = [Math.floor(i / channels), i % channels];
    return Math.sqrt(Math.max(mean(n, 1, c) - mean(n, 0, c) ** 2, 0) + instance.eps);
  });
  return Float64Array.from(x, (value, i) => {
    const c = i % channels;
    const divisor = Math.max(deviation[c]!, v[c]! * value + spread[Math.floor(i / each) * channels + c]!);
    return (value / divisor) * gamma[c]! + beta[c]!;
  });
}
