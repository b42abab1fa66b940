// A dispatch on a chip: what the compiler says of its kernel, how far its grid fills the chip, and a modelled time. A model, not a measurement.
import type { Plan, PlanDispatch } from '../../src/graph/plan/plan.ts';
import { chips, launchUs, type ChipName } from './chips.ts';
import { roundsOf } from './rounds.ts';
import type { ShaderStats } from './shader-stats.ts';

export interface CompiledDispatch extends ShaderStats {
  readonly kernel: string;
  readonly from: readonly string[];
  readonly workgroups: readonly number[];
  readonly invocations: number;
  /** Waves of the whole grid. */
  readonly waves: number;
  readonly barriers: number;
  readonly macs: number;
  readonly bytes: number;
  readonly modelUs: number;
}

/** Invocations of a workgroup, from the shader's text. */
function invocationsOf(wgsl: string): number {
  const [, sizes = '1'] = /@workgroup_size\(([^)]*)\)/.exec(wgsl) ?? [];
  return sizes.split(',').reduce((product, size) => product * Number.parseInt(size, 10), 1);
}

export function compiledDispatch(
  plan: Plan,
  dispatch: PlanDispatch,
  stats: ShaderStats,
  chipName: ChipName,
): CompiledDispatch {
  const wgsl = plan.modules[dispatch.module] as string;
  const { kernel, from, workgroups, macs, bytes } = dispatch;
  const invocations = invocationsOf(wgsl);
  const chip = chips[chipName];
  const waves = workgroups.reduce((a, b) => a * b, 1) * Math.ceil(invocations / chip.waveSize);
  const { factor, barriers } = roundsOf(wgsl);
  const memoryUs = bytes / (chip.bandwidthGBs * 1e3);
  const computeUs = (waves * stats.inverseThroughput * factor) / (chip.simds * chip.clockMHz);
  const turns = Math.ceil(waves / (chip.simds * stats.wavesPerSimd));
  const latencyUs = (turns * stats.latency * factor) / chip.clockMHz;
  const modelUs = Math.max(memoryUs, computeUs, latencyUs) + launchUs;
  return { ...stats, kernel, from, workgroups, invocations, waves, barriers, macs, bytes, modelUs };
}
