// WebGPU for Node: loads Dawn on a chosen Vulkan driver, so that the command line and the tests run the page's own GPU code.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const adapterNames = ['swiftshader', 'lavapipe', 'default'] as const;
/** `swiftshader` and `lavapipe` are software drivers (Linux); `default` is what the system's own Vulkan, Metal or D3D12 offers. */
export type AdapterName = (typeof adapterNames)[number];

export interface NodeAdapter {
  /** Ask it for a fresh adapter for each device: an adapter gives one device only. */
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly info: GPUAdapterInfo;
}

/** No adapter can be had. The message is a sentence for the user. */
export class NoNodeAdapterError extends Error {
  override readonly name = 'NoNodeAdapterError';
}

interface VulkanFiles {
  readonly loader: string;
  readonly driver: string;
  readonly preload: readonly string[];
}

/** Dawn and the driver it was started on; kept for the life of the process, since Dawn stops when its `GPU` object is collected. */
let started: { readonly name: AdapterName; readonly gpu: GPU } | undefined;

/**
 * Starts Dawn on the named driver, once a process: the Vulkan loader reads its driver list at first use and never again, so a
 * process that has started on one driver refuses another. Needs the process's main thread (a worker's environment is a copy that
 * the loader does not see). Fills in the WebGPU globals (`GPUBufferUsage`, …). Throws {@link NoNodeAdapterError}.
 */
export async function requestNodeAdapter(name: AdapterName): Promise<NodeAdapter> {
  const gpu = await startDawn(name);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new NoNodeAdapterError(noAdapter(name));
  return { gpu, adapter, info: adapter.info };
}

async function startDawn(name: AdapterName): Promise<GPU> {
  if (started) {
    if (started.name === name) return started.gpu;
    throw new NoNodeAdapterError(`This process already runs on ${started.name}: start another process for ${name}.`);
  }
  if (name !== 'default') chooseVulkanDriver(vulkanFiles(name));
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Timestamps are rounded to 100 µs unless this toggle is off; a profiler needs the nanoseconds.
  // SwiftShader clears workgroup memory by one store a number, all unrolled: 1.5 s of compilation for 14 KiB. Dawn's own loop takes 8 ms.
  const features = [
    'timestamp_quantization',
    ...(name === 'swiftshader' ? ['use_vulkan_zero_initialize_workgroup_memory_extension'] : []),
  ];
  const gpu = create([`disable-dawn-features=${features.join(',')}`]);
  started = { name, gpu };
  return gpu;
}

/** The driver's files, unpacked first where needed. `radv` compiles only (tools/compile). Throws {@link NoNodeAdapterError}. */
export function vulkanFiles(name: AdapterName | 'radv'): VulkanFiles {
  const { stdout } = spawnSync(process.execPath, [join(repositoryRoot(), 'bin', 'vulkan.mjs'), name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answer = JSON.parse(stdout || '{"problem":"bin/vulkan.mjs gave no answer."}') as
    VulkanFiles | { problem: string };
  if ('problem' in answer) throw new NoNodeAdapterError(answer.problem);
  return answer;
}

/** The environment and the libraries that the Vulkan loader looks for, set before anything loads it. */
function chooseVulkanDriver({ loader, driver, preload }: VulkanFiles): void {
  process.env['VK_ICD_FILENAMES'] = driver;
  process.env['VK_DRIVER_FILES'] = driver;
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir();
  // Lavapipe compiles each kernel with LLVM at its first dispatch. Four lanes instead of eight compile three times as fast and run
  // as fast, since lanes load one by one; kept kernels make the next process start warm.
  process.env['LP_NATIVE_VECTOR_WIDTH'] ??= '128';
  process.env['MESA_SHADER_CACHE_DIR'] ??= join(repositoryRoot(), '.cache', 'mesa');
  for (const library of [...preload, loader]) loadForGood(library);
}

/**
 * Loads a shared library so that later requests for its name find it, as LD_LIBRARY_PATH would if it could still be set.
 * `process.dlopen` complains that this is no Node addon and closes it; RTLD_NODELETE keeps it loaded all the same.
 */
function loadForGood(library: string): void {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.includes('did not self-register'))
      throw new NoNodeAdapterError(`${library} does not load: ${message}`);
  }
}

function noAdapter(name: AdapterName): string {
  if (name !== 'default') return `Dawn finds no adapter on ${name}: its driver did not start.`;
  return "Dawn finds no GPU on this system: install the GPU's Vulkan driver, or choose --adapter swiftshader.";
}

/** The nearest folder above this file, or above the bundle made of it, that holds bin/vulkan.mjs. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin', 'vulkan.mjs')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
