// A log-mel front end as its steps: sums over the wave where it is brought to unit variance, the spectrum, the filters.
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Shape } from '../../gpu-kernels/op.ts';
import { binsOf, type LogMelAttrs } from '../../gpu-kernels/ops/mel.ts';
import type { Value, WeightExpr } from '../../gpu-kernels/step.ts';
import { step, type LoweringRule } from './rule.ts';

/** Its sums are single precision in every plan: half would lose the quiet bands. */
export function logMel(rule: LoweringRule): Step[] {
  const a = rule.node.attrs as LogMelAttrs;
  const [wave] = rule.inputs as [Value];
  const [batch, frames] = rule.output.shape as [number, number];
  const part = (suffix: string, shape: Shape): Value => ({ id: `${rule.node.id}#${suffix}`, shape, type: 'f32' });
  const table = (name: 'hann' | 'circle' | 'filters', shape: Shape): WeightExpr => ({
    kind: 'mel',
    table: name,
    attrs: a,
    shape,
  });
  const stats = part('stats', [batch, 2]);
  const power = part('spectrum', [batch, frames, binsOf(a)]);
  const tables = { hann: table('hann', [a.window]), circle: table('circle', [a.fft, 2]) };
  return [
    ...(a.unit ? [step(rule, 'waveStats', {}, {}, { outputs: [stats] })] : []),
    step(rule, 'spectrum', a, tables, { inputs: a.unit ? [wave, stats] : [wave], outputs: [power] }),
    step(rule, 'melLog', a, { filters: table('filters', [binsOf(a), a.mels]) }, { inputs: [power] }),
  ];
}
