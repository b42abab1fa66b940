// The job about kernels: edited texts are put to the test and nets are tuned, alone on the GPU; what wins is kept for this device.
import type { KernelEdit } from '../../../graph/plan/kernel-edits.ts';
import type { Plan, PlanDispatch } from '../../../graph/plan/plan.ts';
import type { Tuning } from '../../../graph/plan/tuning.ts';
import type { CallContext, Job } from '../../border/serve.ts';
import { DeviceChoices, planOn } from '../../engine/device-choices.ts';
import type { OpenDevice } from '../../engine/device.ts';
import type { Engine } from '../../engine/engine.ts';
import { tryKernel, type Trial } from '../../engine/kernel-trial.ts';
import { graphToRun, madeUpTensors } from '../../engine/made-up.ts';
import { tune } from '../../engine/tune.ts';
import type { KeptChoices, KernelCalls, TrialJob } from './protocol.ts';

const choicesOn = ({ choices }: OpenDevice): DeviceChoices => choices ?? new DeviceChoices();

/** Storage may be blocked: what was chosen holds until the page is closed, and the page says so. */
async function keep(choices: DeviceChoices, change: Promise<void>): Promise<KeptChoices> {
  try {
    await change;
    return { chosen: choices.all };
  } catch (error) {
    return { chosen: choices.all, unstored: error instanceof Error ? error.message : String(error) };
  }
}

async function trial(engine: Engine, job: TrialJob, { signal, progress }: CallContext) {
  let begun = false;
  return engine.use(async (open) => {
    // A text that takes the device down would take the next one down as well.
    if (begun)
      throw new Error(
        'the GPU device was lost while this kernel ran, so it is not tried again: look for loops without an end',
      );
    begun = true;
    const graph = graphToRun(job.net);
    const choices = choicesOn(open);
    const plan = planOn(open, graph);
    const dispatch = plan.dispatches[job.index];
    if (!dispatch || plan.modules[dispatch.module] !== job.current)
      throw new Error('the plan of this net has changed since; measure it again');
    const result = await tryKernel(
      open,
      { graph, plan, tensors: madeUpTensors(graph), index: job.index, wgsl: job.wgsl },
      { signal, onProgress: progress },
    );
    const change =
      result.verdict === 'faster' ? choices.keepEdit(editOf(open, plan, dispatch, job, result)) : Promise.resolve();
    return { trial: result, kept: await keep(choices, change) };
  }, signal);
}

function editOf(
  { adapter, choices }: OpenDevice,
  plan: Plan,
  { kernel, from }: PlanDispatch,
  { current, wgsl }: TrialJob,
  { ratio }: Extract<Trial, { readonly ratio: number }>,
): KernelEdit {
  const before = choices?.all.edits.find(({ edited }) => edited === current);
  return {
    format: 'bottleneck-kernel',
    version: 1,
    kernel,
    net: plan.net,
    node: from.at(-1) as string,
    adapter: adapter.description || adapter.vendor,
    original: before?.original ?? current,
    edited: wgsl,
    ratio: (before?.ratio ?? 1) * ratio,
  };
}

function refuseForeign({ adapter }: Tuning, { adapter: own }: OpenDevice): void {
  const words = ({ vendor, architecture, description }: Tuning['adapter']): string =>
    [vendor, architecture, description].filter(Boolean).join(' ');
  if (words(adapter) !== words(own))
    throw new Error(
      `this tuning is of ${words(adapter) || 'another adapter'}, and what is fastest there says nothing about ${words(own) || 'this one'}; tune here instead`,
    );
}

export const kernels: Job = {
  name: 'kernels',
  serve: ({ engine, call, exclusive }): KernelCalls => {
    const changed = (ticket: number, change: (choices: DeviceChoices) => Promise<void>) =>
      call(ticket, async () => {
        const choices = choicesOn(await engine.open());
        return keep(choices, change(choices));
      });
    return {
      chosen: (ticket) => changed(ticket, () => Promise.resolve()),
      trial: (ticket, job) => exclusive(ticket, 'trying a kernel', (context) => trial(engine, job, context)),
      revert: (ticket, original) => changed(ticket, (choices) => choices.revertEdit(original)),
      takeTuning: (ticket, tuning) =>
        call(ticket, async () => {
          const open = await engine.open();
          refuseForeign(tuning, open);
          const choices = choicesOn(open);
          return keep(choices, choices.keepTuning(tuning));
        }),
      forgetTunings: (ticket) => changed(ticket, (choices) => choices.forgetTunings()),
      tune: (ticket, { net, budgetMs }) =>
        exclusive(ticket, 'tuning', ({ signal, progress }) =>
          // Not `signal` for the engine: a stopped tuning still races what it won.
          engine.use(async (open) => {
            const graph = graphToRun(net);
            const choices = choicesOn(open);
            const tuned = await tune(open, graph, madeUpTensors(graph), {
              precision: 'f32',
              budgetMs,
              signal,
              known: choices.entries(),
              onProgress: (done, total) => progress(`Timing kernels: ${done} of ${total} steps`, done / total),
            });
            const change = tuned.tuning.entries.length > 0 ? choices.keepTuning(tuned.tuning) : Promise.resolve();
            return { ...tuned, kept: await keep(choices, change) };
          }),
        ),
    };
  },
};
