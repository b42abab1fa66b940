// A plan for people and for scripts: one line a dispatch, or the documented JSON.
import type { Plan } from './plan.ts';
import { estimateMs, firstRate, submitRanges } from './schedule.ts';

/** The JSON of `plan NAME --json`; stable. */
export interface PlanJson {
  readonly net: string;
  /** Channels, height, width of the picture. */
  readonly input: readonly number[];
  /** Inputs that one run takes together. */
  readonly batch: number;
  readonly for: 'gpu' | 'software';
  readonly precision: 'f32' | 'f16';
  /** Compute passes and submits of one inference; several submits only where the work is estimated at over 100 ms. */
  readonly passes: number;
  readonly submits: number;
  readonly dispatches: readonly {
    readonly kernel: string;
    readonly from: readonly string[];
    readonly workgroups: readonly number[];
  }[];
  /** Bytes of each activation buffer. */
  readonly slots: readonly number[];
  readonly activationBytes: number;
  /** Bytes alive at the worst moment: what no assignment of buffers can go below. */
  readonly activationLowerBound: number;
  readonly weightBytes: number;
}

export function planJson(plan: Plan): PlanJson {
  const submits = submitRanges(
    plan.dispatches.map((dispatch) => estimateMs(dispatch, firstRate(plan.for === 'software'))),
  ).length;
  const [batch = 1, height, width, channels] = plan.inputs[0]?.shape ?? [];
  return {
    net: plan.net,
    input: [channels ?? 0, height ?? 0, width ?? 0],
    batch,
    for: plan.for,
    precision: plan.precision,
    // One pass a submit.
    passes: submits,
    submits,
    dispatches: plan.dispatches.map(({ kernel, from, workgroups }) => ({ kernel, from, workgroups })),
    slots: plan.slots,
    activationBytes: plan.activationBytes,
    activationLowerBound: plan.activationLowerBound,
    weightBytes: plan.weightBytes,
  };
}

/** Longest name that several node ids share, then what differs: `blocks.1.0: conv_pw, bn1, bn1.act`. */
export function nodesText(nodes: readonly string[]): string {
  const [first, ...rest] = nodes;
  if (first === undefined || rest.length === 0) return first ?? '';
  const parts = first.split('.');
  let shared = parts.length;
  for (const node of rest) {
    const own = node.split('.');
    let n = 0;
    while (n < shared && own[n] === parts[n]) n++;
    shared = n;
  }
  const prefix = parts.slice(0, shared).join('.');
  if (prefix === '') return nodes.join(', ');
  return `${prefix}: ${nodes.map((node) => node.slice(prefix.length + 1) || '·').join(', ')}`;
}

/** Cells of one dispatch: number, kernel, workgroups, slots read and written, MACs, nodes. */
export function planRows(plan: Plan): string[][] {
  return plan.dispatches.map((dispatch, index) => {
    const slots = (write: boolean): string =>
      dispatch.bindings
        .flatMap((binding) => ('slot' in binding && binding.write === write ? [String(binding.slot)] : []))
        .join(' ');
    return [
      String(index),
      dispatch.kernel,
      dispatch.workgroups.join('×'),
      `${slots(false)} → ${slots(true)}`,
      (dispatch.macs / 1e6).toFixed(3),
      nodesText(dispatch.from),
    ];
  });
}
