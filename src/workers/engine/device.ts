// Opens a GPUDevice with what the adapter offers and the engine can use, and keeps what is shared by all programs on it: compiled pipelines.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import { debug } from './debug.ts';
import type { DeviceChoices } from './device-choices.ts';

export interface AdapterIdentity {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A CPU pretending to be a GPU (SwiftShader, llvmpipe, WARP): its times say nothing about GPUs. */
  readonly software: boolean;
}

export interface DeviceOptions {
  readonly powerPreference?: GPUPowerPreference;
  /** Optional features to leave off although the adapter has them; each has a tested "off" variant. */
  readonly without?: readonly ('shader-f16' | 'subgroups' | 'timestamp-query')[];
  /** Called for every error that no scope caught; tests fail on it. */
  readonly onUncapturedError?: (message: string) => void;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterIdentity;
  readonly capabilities: Capabilities;
  readonly timestamps: boolean;
  readonly limits: { readonly maxBufferBytes: number; readonly maxBindingBytes: number };
  /** WGSL text → pipeline; compilation is asynchronous and happens once a text. */
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
  readonly layouts: Map<string, GPUBindGroupLayout>;
  /** What was chosen by measurement on this very device; absent where nothing is remembered. */
  readonly choices?: DeviceChoices;
}

/** WebGPU cannot be had here. The message is a sentence for the user. */
export class NoDeviceError extends Error {
  override readonly name = 'NoDeviceError';
}

const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** What the adapter says of itself; software adapters are known by the flag or, where the flag is missing, by name. */
export function identify(adapter: GPUAdapter): AdapterIdentity {
  const { vendor, architecture, device, description } = adapter.info;
  const flag = (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter ?? false;
  const named = /swiftshader|llvmpipe|lavapipe|basic render|warp/i.test(`${architecture} ${device} ${description}`);
  return { vendor, architecture, device, description, software: flag || named };
}

/**
 * Requests a fresh adapter (an adapter gives one device only) and a device with raised limits.
 * Throws {@link NoDeviceError} when there is no adapter or it refuses.
 */
export async function openDevice(gpu: GPU | undefined, options: DeviceOptions = {}): Promise<OpenDevice> {
  if (!gpu) throw new NoDeviceError('This browser has no WebGPU; nets run on the CPU reference instead.');
  debug('device', () => 'adapter requested');
  const adapter = await gpu.requestAdapter(options.powerPreference ? { powerPreference: options.powerPreference } : {});
  if (!adapter)
    throw new NoDeviceError(
      'WebGPU offers no adapter: the GPU is blocked, or its driver is not supported; nets run on the CPU reference instead.',
    );
  const offered = (name: 'shader-f16' | 'subgroups' | 'timestamp-query'): boolean =>
    adapter.features.has(name) && !options.without?.includes(name);
  const features = (['shader-f16', 'subgroups', 'timestamp-query'] as const).filter(offered);
  const requiredLimits = Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]]));
  const identity = identify(adapter);
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits });
  } catch (error) {
    throw new NoDeviceError(
      `The adapter ${identity.description || identity.vendor} refused a device: ${(error as Error).message}`,
    );
  }
  debug('device', () => `device opened: ${identity.description || identity.vendor}`);
  void device.lost.then(({ reason, message }) => debug('device', () => `device lost: ${reason} ${message}`));
  device.addEventListener('uncapturederror', (event) => options.onUncapturedError?.(event.error.message));
  const { limits } = device;
  return {
    device,
    adapter: identity,
    timestamps: features.includes('timestamp-query'),
    capabilities: {
      f16: features.includes('shader-f16'),
      subgroups: features.includes('subgroups'),
      packedDot:
        (gpu.wgslLanguageFeatures as ReadonlySet<string> | undefined)?.has('packed_4x8_integer_dot_product') ?? false,
      software: identity.software,
      maxWorkgroupStorageBytes: limits.maxComputeWorkgroupStorageSize,
      maxInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxStorageBuffersPerStage: limits.maxStorageBuffersPerShaderStage,
      maxWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
    limits: { maxBufferBytes: limits.maxBufferSize, maxBindingBytes: limits.maxStorageBufferBindingSize },
    pipelines: new Map(),
    layouts: new Map(),
  };
}

/** What the compiler says of a place of a text; line and column from 1, 0 where it names none. */
export interface ShaderMessage {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A shader did not compile; carries the compiler's messages with line and column. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
  constructor(
    message: string,
    readonly messages: readonly ShaderMessage[] = [],
  ) {
    super(message);
  }
}

const bufferOf = (letter: string): GPUBufferBindingLayout => {
  if (letter === 'u') return { type: 'uniform', hasDynamicOffset: true };
  return { type: letter === 'w' ? 'storage' : 'read-only-storage' };
};

/** Layout of a dispatch's bindings: one letter each, `r` read-only, `w` read-write, `u` a uniform at a dynamic offset. */
export function layoutFor(open: OpenDevice, access: string): GPUBindGroupLayout {
  let layout = open.layouts.get(access);
  if (!layout) {
    layout = open.device.createBindGroupLayout({
      label: access,
      entries: [...access].map((letter, binding) => ({
        binding,
        visibility: 4, // GPUShaderStage.COMPUTE
        buffer: bufferOf(letter),
      })),
    });
    open.layouts.set(access, layout);
  }
  return layout;
}

/** Compiles a module once per device. Rejects with {@link ShaderError}. */
export function pipelineFor(
  open: OpenDevice,
  wgsl: string,
  access: string,
  label: string,
): Promise<GPUComputePipeline> {
  let pipeline = open.pipelines.get(wgsl);
  if (!pipeline) {
    pipeline = compile(open, wgsl, access, label);
    open.pipelines.set(wgsl, pipeline);
    pipeline.catch(() => open.pipelines.delete(wgsl));
  }
  return pipeline;
}

async function compile(
  { device, ...open }: OpenDevice,
  wgsl: string,
  access: string,
  label: string,
): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code: wgsl });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [layoutFor({ device, ...open }, access)] });
  const scope = device.popErrorScope();
  const failure = async (fallback: string): Promise<ShaderError> => {
    // Rejects when the device goes away.
    const messages = await module.getCompilationInfo().then(
      (info) => [...info.messages],
      () => [],
    );
    const errors = messages
      .filter(({ type }) => type === 'error')
      .map(({ lineNum, linePos, message }): ShaderMessage => ({ line: lineNum, column: linePos, text: message }));
    const said = errors.map(({ line, column, text }) => `${line}:${column} ${text}`).join('; ');
    return new ShaderError(
      `kernel ${label}: ${said || fallback}`,
      errors.length > 0 ? errors : [{ line: 0, column: 0, text: fallback }],
    );
  };
  const compiled = device
    .createComputePipelineAsync({ label, layout, compute: { module, entryPoint: 'main' } })
    .catch(async (error: Error) => Promise.reject(await failure(error.message)));
  // Heard of below, but it may fail before.
  compiled.catch(() => undefined);
  const error = await scope;
  if (error) throw await failure(error.message);
  return compiled;
}
