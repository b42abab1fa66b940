// Our engine: everything made at load; a run uploads the picture and reads the first output back.
import type { Numbers } from '../../../gpu-kernels/step.ts';
import { assemblePlan, makePlan } from '../../../graph/plan/make-plan.ts';
import { firstRate } from '../../../graph/plan/schedule.ts';
import { fusedIntegerProgram } from '../../../graph/quant/integer-program.ts';
import { openDevice, type AdapterIdentity, type OpenDevice } from '../../engine/device.ts';
import { Program } from '../../engine/program.ts';
import type { Raced } from './peer.ts';
import type { OwnSubject } from './subject.ts';

let opened: Promise<OpenDevice> | undefined;
const device = (): Promise<OpenDevice> => (opened ??= openDevice(navigator.gpu));

/** The adapter of our engine, which is every runtime's in this page. */
export const adapter = async (): Promise<AdapterIdentity> => (await device()).adapter;

/** `target`: the plan for this adapter, or the one that any GPU gets, which is another program where the adapter is software. */
export async function openOurs(subject: OwnSubject, target: 'device' | 'gpu'): Promise<Raced> {
  const open = await device();
  const { limits } = open;
  const caps = target === 'gpu' ? { ...open.capabilities, software: false } : open.capabilities;
  const { graph, params, quantized } = subject;
  const integers = quantized && fusedIntegerProgram(quantized, caps);
  const plan = integers ? assemblePlan(graph, integers.program, { caps, limits }) : makePlan(graph, { caps, limits });
  const constant = (name: string): Numbers => (integers ? integers.constants.get(name) : params.get(name)) as Numbers;
  const program = await Program.load(open, plan, constant, { rate: firstRate(open.adapter.software) });
  return {
    version: '',
    run: async ({ nhwc }) => (await program.run([nhwc]))[0] as Float32Array,
    end: () => {
      program.destroy();
      return Promise.resolve();
    },
  };
}
