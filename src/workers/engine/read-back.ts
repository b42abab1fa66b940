// What comes back from a run: copied to one mapped buffer behind the run's own work; buffers are kept, so that steady use creates none.
import type { PlanTensor } from '../../graph/plan/plan.ts';
import { load, storedBytes } from './stored-tensor.ts';

// Numbers of the WebGPU specification: the namespaces GPUBufferUsage and GPUMapMode are missing in some runtimes.
const usage = { mapRead: 1, copyDst: 8 } as const;
const mapRead = 1;

/** The buffer of one run. */
interface Taken {
  /** Records the copies. */
  copy(encoder: GPUCommandEncoder): void;
  /** Outputs in their logical layout, then the bits of the result; the buffer is free again. Rejects (AbortError) when the device is lost: a failed read never gives zeros. */
  read(): Promise<Float32Array[]>;
  /** Nothing will be read. */
  giveBack(): void;
}

export class ReadBack {
  private readonly free: GPUBuffer[] = [];
  private destroyed = false;

  constructor(
    private readonly device: GPUDevice,
    private readonly slots: readonly GPUBuffer[],
  ) {}

  take(outputs: readonly PlanTensor[], result?: GPUBufferBinding & { readonly size: number }): Taken {
    const used = outputs.reduce((sum, output) => sum + storedBytes(output), result?.size ?? 0);
    const buffer = this.atLeast(Math.max(16, used));
    const giveBack = (): void => {
      if (this.destroyed) buffer.destroy();
      else this.free.push(buffer);
    };
    return {
      giveBack,
      copy: (encoder) => {
        let at = 0;
        for (const output of outputs) {
          const bytes = storedBytes(output);
          encoder.copyBufferToBuffer(this.slots[output.slot] as GPUBuffer, output.offset, buffer, at, bytes);
          at += bytes;
        }
        if (result) encoder.copyBufferToBuffer(result.buffer, result.offset ?? 0, buffer, at, result.size);
      },
      read: async () => {
        if (used === 0) {
          await this.device.queue.onSubmittedWorkDone();
          giveBack();
          return [];
        }
        await buffer.mapAsync(mapRead, 0, used);
        const mapped = buffer.getMappedRange(0, used);
        let at = 0;
        const values = outputs.map((output) => {
          const loaded = load(output, mapped, at);
          at += storedBytes(output);
          return loaded;
        });
        if (result) values.push(new Float32Array(mapped.slice(at)));
        buffer.unmap();
        giveBack();
        return values;
      },
    };
  }

  /** A free buffer of at least so many bytes. */
  private atLeast(size: number): GPUBuffer {
    const index = this.free.findIndex((buffer) => buffer.size >= size);
    if (index >= 0) return this.free.splice(index, 1)[0] as GPUBuffer;
    return this.device.createBuffer({ label: 'read-back', size, usage: usage.mapRead | usage.copyDst });
  }

  destroy(): void {
    this.destroyed = true;
    for (const buffer of this.free) buffer.destroy();
    this.free.length = 0;
  }
}
