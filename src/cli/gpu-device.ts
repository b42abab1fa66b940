// WebGPU for the verbs: their options, the opened device, and errors as sentences.
import type { Precision } from '../gpu-kernels/kernel.ts';
import { NoDeviceError, openDevice, type OpenDevice } from '../workers/engine/device.ts';
import { executeGraph } from '../workers/engine/execute.ts';
import { adapterNames, NoNodeAdapterError, requestNodeAdapter, type AdapterName } from './adapters.ts';
import type { Executor } from './verify-record.ts';
import { UsageError, type Option } from './verb.ts';

export const gpuOptions: readonly Option[] = [
  {
    name: 'adapter',
    value: adapterNames.join('|'),
    choices: adapterNames,
    doc: 'Vulkan driver: swiftshader and lavapipe run on the CPU, default is the system’s GPU.',
  },
  {
    name: 'precision',
    value: 'f32|f16',
    choices: ['f32', 'f16'],
    doc: 'Storage of activations and weights; sums are always f32.',
  },
];

export const planFor: Option = {
  name: 'for',
  value: 'gpu|software',
  choices: ['gpu', 'software'],
  doc: 'Runs the plan that a GPU or a CPU adapter gets; when not given, the one this adapter gets.',
};

/** A device on the named adapter (default: the first of the list). Throws {@link UsageError} when it cannot be had. */
export async function openGpu(adapter: string | undefined): Promise<OpenDevice> {
  try {
    const { gpu } = await requestNodeAdapter((adapter ?? adapterNames[0]) as AdapterName);
    return await openDevice(gpu, {
      onUncapturedError: (message) => {
        process.stderr.write(`GPU error that nothing caught: ${message}\n`);
        process.exitCode = 1;
      },
    });
  } catch (error) {
    if (error instanceof NoNodeAdapterError || error instanceof NoDeviceError) throw new UsageError(error.message);
    throw error;
  }
}

export const precisionOf = (open: OpenDevice, precision: string | undefined): Precision => {
  if (precision === 'f16' && !open.capabilities.f16)
    throw new UsageError(`${open.adapter.description} has no half precision (shader-f16); use --precision f32.`);
  return precision === 'f16' ? 'f16' : 'f32';
};

/** The device as plans for `kind` see it: its own limits and features, but counted among GPUs or CPU adapters. The device stays the same. */
export const plannedFor = (open: OpenDevice, kind: string | undefined): OpenDevice =>
  kind === undefined ? open : { ...open, capabilities: { ...open.capabilities, software: kind === 'software' } };

/** Runs golden records on the named adapter. */
export async function gpuExecutor(
  adapter: string | undefined,
  word: string | undefined,
  kind: string | undefined,
): Promise<Executor> {
  const open = plannedFor(await openGpu(adapter), kind);
  const precision = precisionOf(open, word);
  return {
    precision,
    execute: (graph, params, input, keep) => executeGraph(open, graph, params, [input], { keep, precision }),
  };
}

/** For verbs that can do without a GPU. */
export const whereOptions: readonly Option[] = [
  { name: 'device', value: 'webgpu|cpu', choices: ['webgpu', 'cpu'], doc: 'Where nets run meanwhile.' },
  { name: 'adapter', value: adapterNames.join('|'), choices: adapterNames, doc: 'Vulkan driver of --device webgpu.' },
];

/** The device of {@link whereOptions}; undefined for the CPU. */
export async function openWhere(word: (name: string) => string | undefined): Promise<OpenDevice | undefined> {
  if (word('device') !== 'cpu') return openGpu(word('adapter'));
  if (word('adapter') !== undefined) throw new UsageError('--adapter belongs to --device webgpu.');
  return undefined;
}
