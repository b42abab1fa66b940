// Buffers that several plans on one device share: a constant packed the same way is uploaded once, and all of them compute in the same activations.
import type { Plan, PlanWeight } from '../../graph/plan/plan.ts';

// Numbers of the WebGPU specification: the namespace GPUBufferUsage is missing in some runtimes.
const usage = { copySrc: 4, copyDst: 8, storage: 128 } as const;

export interface Constant {
  readonly buffer: GPUBuffer;
  /** Its values are there; whoever writes them sets it. */
  written: boolean;
}

interface OnDevice {
  readonly device: GPUDevice;
  readonly slots: readonly GPUBuffer[];
  readonly constants: Map<string, Constant>;
}

/** Indices of a plan's slots, the largest first. */
const bySize = ({ slots }: Plan): number[] =>
  Array.from(slots.keys()).sort((a, b) => (slots[b] as number) - (slots[a] as number) || a - b);

/** What the values are packed of and how; what a kernel calls them makes no difference. */
const keyOf = ({ precision }: Plan, { bytes, sources, roles: _, ...packed }: PlanWeight): string =>
  JSON.stringify([precision, bytes, packed, sources]);

/** Of plans whose tensors of one name are the same and of which one runs at a time. */
export class SharedBuffers {
  /** Bytes of the slots, the largest first: each holds that rank's slot of every plan. */
  readonly slotBytes: readonly number[];
  readonly weightBytes: number;
  private on: OnDevice | undefined;

  constructor(plans: readonly Plan[]) {
    const ranks = plans.map((plan) => bySize(plan).map((index) => plan.slots[index] as number));
    const most = Math.max(0, ...ranks.map(({ length }) => length));
    this.slotBytes = Array.from({ length: most }, (_, rank) => Math.max(...ranks.map((sizes) => sizes[rank] ?? 0)));
    const weights = new Map(plans.flatMap((plan) => plan.weights.map((weight) => [keyOf(plan, weight), weight.bytes])));
    this.weightBytes = [...weights.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get bytes(): number {
    return this.weightBytes + this.slotBytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The slots of a plan, by its own indices. */
  slots(device: GPUDevice, plan: Plan): readonly GPUBuffer[] {
    const { slots } = this.of(device);
    const result: GPUBuffer[] = [];
    bySize(plan).forEach((index, rank) => (result[index] = slots[rank] as GPUBuffer));
    return result;
  }

  /** The constants of a plan, by its own indices. */
  constants(device: GPUDevice, plan: Plan): readonly Constant[] {
    const { constants } = this.of(device);
    return plan.weights.map((weight, i) => {
      const key = keyOf(plan, weight);
      let constant = constants.get(key);
      if (!constant) {
        const size = weight.bytes;
        const buffer = device.createBuffer({ label: `weight ${i}`, size, usage: usage.storage | usage.copyDst });
        constants.set(key, (constant = { buffer, written: false }));
      }
      return constant;
    });
  }

  /** Frees everything; no plan may run any more. */
  destroy(): void {
    for (const buffer of this.on?.slots ?? []) buffer.destroy();
    for (const { buffer } of this.on?.constants.values() ?? []) buffer.destroy();
    this.on = undefined;
  }

  /** On another device than before everything is made anew. */
  private of(device: GPUDevice): OnDevice {
    if (this.on?.device !== device) {
      const all = usage.storage | usage.copySrc | usage.copyDst;
      const slots = this.slotBytes.map((size, i) => device.createBuffer({ label: `slot ${i}`, size, usage: all }));
      this.on = { device, slots, constants: new Map() };
    }
    return this.on;
  }
}
