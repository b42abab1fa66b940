// A training plan on a device: one arena, one buffer of state, one bind group; a run sets a pipeline and a place a dispatch, and makes nothing.
import type { NodesPlan, TensorPlace } from '../../graph/train/plan/nodes-plan.ts';
import { layoutFor, pipelineFor, type OpenDevice } from './device.ts';
import { OutOfMemoryError } from './program.ts';

// Numbers of the WebGPU specification: the namespaces GPUBufferUsage and GPUMapMode are missing in some runtimes.
export const bufferUsage = { mapRead: 1, copySrc: 4, copyDst: 8, uniform: 64, storage: 128 } as const;

/** Bindings of every dispatch: arena, state, tables, places. */
const ACCESS = 'wrru';
/** Distance of two dispatches' places in the uniform buffer, bytes: the specification's alignment of dynamic offsets. */
const PLACES = 256;

interface Recorded {
  readonly pipeline: GPUComputePipeline;
  readonly workgroups: readonly [number, number, number];
}

export class TrainProgram {
  private constructor(
    readonly open: OpenDevice,
    readonly plan: NodesPlan,
    readonly arena: GPUBuffer,
    readonly state: GPUBuffer,
    readonly recorded: readonly Recorded[],
    private readonly group: GPUBindGroup,
    private readonly others: readonly GPUBuffer[],
  ) {}

  /** Compiles all kernels side by side. Throws {@link OutOfMemoryError} with a sentence, ShaderError. */
  static async load(open: OpenDevice, plan: NodesPlan): Promise<TrainProgram> {
    const { device } = open;
    const largest = 4 * Math.max(plan.arenaFloats, plan.stateFloats);
    if (largest > open.limits.maxBindingBytes)
      throw new OutOfMemoryError(
        `a step needs ${mebibytes(largest)} in one buffer and this GPU binds ${mebibytes(open.limits.maxBindingBytes)} at most; a smaller batch needs less`,
      );
    const first = plan.modules.map((_, module) => plan.dispatches.find((d) => d.module === module)?.kernel ?? '');
    const compiling = Promise.all(plan.modules.map((wgsl, i) => pipelineFor(open, wgsl, ACCESS, first[i] as string)));
    compiling.catch(() => undefined);
    device.pushErrorScope('out-of-memory');
    const make = (label: string, bytes: number, usage: number): GPUBuffer =>
      device.createBuffer({
        label,
        size: Math.max(16, bytes),
        usage: usage | bufferUsage.copyDst | bufferUsage.copySrc,
      });
    const arena = make('training values', 4 * plan.arenaFloats, bufferUsage.storage);
    const state = make('training state', 4 * plan.stateFloats, bufferUsage.storage);
    const tables = make('training tables', plan.tables.byteLength, bufferUsage.storage);
    const places = make('training places', PLACES * plan.dispatches.length, bufferUsage.uniform);
    const memory = await device.popErrorScope();
    const release = (): void => [arena, state, tables, places].forEach((buffer) => buffer.destroy());
    if (memory) {
      release();
      throw new OutOfMemoryError(
        `a step needs ${mebibytes(4 * (plan.arenaFloats + plan.stateFloats))} and the GPU has no room for it; a smaller batch needs less`,
      );
    }
    if (plan.tables.length > 0) device.queue.writeBuffer(tables, 0, plan.tables);
    const words = new Uint32Array((PLACES / 4) * plan.dispatches.length);
    plan.dispatches.forEach((dispatch, i) => words.set(dispatch.places, (PLACES / 4) * i));
    device.queue.writeBuffer(places, 0, words);
    try {
      const pipelines = await compiling;
      const group = device.createBindGroup({
        label: 'training',
        layout: layoutFor(open, ACCESS),
        entries: [
          { binding: 0, resource: { buffer: arena } },
          { binding: 1, resource: { buffer: state } },
          { binding: 2, resource: { buffer: tables } },
          { binding: 3, resource: { buffer: places, size: 64 } },
        ],
      });
      const recorded = plan.dispatches.map(({ module, workgroups }) => ({
        pipeline: pipelines[module] as GPUComputePipeline,
        workgroups,
      }));
      return new TrainProgram(open, plan, arena, state, recorded, group, [tables, places]);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Records dispatches into a pass: all, or those from one up to another. */
  record(pass: GPUComputePassEncoder, from = 0, to = this.recorded.length): void {
    const offset = [0];
    for (let i = from; i < to; i++) {
      const { pipeline, workgroups } = this.recorded[i] as Recorded;
      offset[0] = PLACES * i;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.group, offset);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
  }

  /** Writes a value of the arena or of the state. */
  write(place: TensorPlace, values: Float32Array): void {
    if (values.length !== place.length)
      throw new RangeError(`a tensor has ${values.length} values; ${place.length} are needed`);
    if (values.length === 0) return;
    const own = values.buffer instanceof ArrayBuffer ? (values as Float32Array<ArrayBuffer>) : values.slice();
    this.open.device.queue.writeBuffer(place.state ? this.state : this.arena, 4 * place.at, own);
  }

  /** Reads tensors back, in one copy. */
  async read(places: readonly TensorPlace[]): Promise<Float32Array[]> {
    const { device } = this.open;
    const bytes = places.reduce((sum, { length }) => sum + 4 * length, 0);
    const staging = device.createBuffer({ size: Math.max(4, bytes), usage: bufferUsage.mapRead | bufferUsage.copyDst });
    try {
      const encoder = device.createCommandEncoder();
      let at = 0;
      for (const { at: from, length, state } of places) {
        encoder.copyBufferToBuffer(state ? this.state : this.arena, 4 * from, staging, at, 4 * length);
        at += 4 * length;
      }
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(1);
      const mapped = new Float32Array(staging.getMappedRange());
      let from = 0;
      return places.map(({ length }) => mapped.slice(from, (from += length)));
    } finally {
      staging.destroy();
    }
  }

  destroy(): void {
    for (const buffer of [this.arena, this.state, ...this.others]) buffer.destroy();
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1048576)} MiB`;

/** The first floats of each buffer, in one copy. */
export async function readBuffers(
  device: GPUDevice,
  wanted: readonly (readonly [GPUBuffer, number])[],
): Promise<Float32Array[]> {
  const bytes = wanted.reduce((sum, [, floats]) => sum + 4 * floats, 0);
  const staging = device.createBuffer({ size: Math.max(4, bytes), usage: bufferUsage.mapRead | bufferUsage.copyDst });
  try {
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const [buffer, floats] of wanted) {
      if (floats > 0) encoder.copyBufferToBuffer(buffer, 0, staging, at, 4 * floats);
      at += 4 * floats;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const mapped = new Float32Array(staging.getMappedRange());
    let from = 0;
    return wanted.map(([, floats]) => mapped.slice(from, (from += floats)));
  } finally {
    staging.destroy();
  }
}
