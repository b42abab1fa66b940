// All branches of a net on one device: their weights uploaded once, their activations in the same memory, a switch nothing but another list of dispatches.
import type { Params } from '../../../../graph/ir/graph.ts';
import type { Preparation } from '../../../../graph/pictures/preprocess.ts';
import { makePlan, type PlanOptions } from '../../../../graph/plan/make-plan.ts';
import type { Plan } from '../../../../graph/plan/plan.ts';
import type { Engine } from '../../../engine/engine.ts';
import { LoadedNet } from '../../../engine/loaded-net.ts';
import { SharedBuffers } from '../../../engine/shared-buffers.ts';
import type { PictureSource } from '../../../pictures/picture-pixels.ts';
import { PictureRun } from '../picture-run.ts';
import type { Branch } from './branches.ts';

interface Hooks {
  readonly signal?: AbortSignal;
  /** Branches that are loaded. */
  readonly onProgress?: (done: number) => void;
}

/** Kernels whose packing depends on the map's size, those of subgroups on software adapters, would keep sizes from sharing their weights. */
export const branchPlans = (branches: readonly Branch[], options: PlanOptions): Plan[] => {
  const { subgroups, software } = options.caps;
  const caps = { ...options.caps, subgroups: subgroups && !software };
  return branches.map(({ graph }) => makePlan(graph, { ...options, caps }));
};

export class LiveNet {
  private readonly pictures = new PictureRun();

  private constructor(
    readonly branches: readonly Branch[],
    private readonly preparation: Preparation,
    private readonly plans: readonly Plan[],
    private readonly nets: readonly LoadedNet[],
    private readonly shared: SharedBuffers,
  ) {}

  /** Rejects as {@link LoadedNet.load} does. `preparation`: each branch has its own size. */
  static async load(
    engine: Engine,
    branches: readonly Branch[],
    params: Params,
    preparation: Preparation,
    { signal, onProgress }: Hooks = {},
  ): Promise<LiveNet> {
    const { capabilities, limits } = await engine.open();
    const plans = branchPlans(branches, { caps: capabilities, limits });
    const shared = new SharedBuffers(plans);
    const nets: LoadedNet[] = [];
    const tensors = (name: string): Float32Array => params.get(name) as Float32Array;
    try {
      for (const plan of plans) {
        nets.push(await LoadedNet.load(engine, plan, tensors, { shared, ...(signal && { signal }) }));
        onProgress?.(nets.length);
      }
    } catch (error) {
      for (const net of nets) net.destroy();
      shared.destroy();
      throw error;
    }
    return new LiveNet(branches, preparation, plans, nets, shared);
  }

  /** Weights and activations, bytes: of all branches, and of the largest by itself. */
  get bytes(): { readonly all: number; readonly largest: number } {
    const own = this.plans.map(({ weightBytes, activationBytes }) => weightBytes + activationBytes);
    return { all: this.shared.bytes, largest: Math.max(...own) };
  }

  /** A branch's features of a picture. `others`: that many other programs' runs of equal work come first. */
  async features(branch: number, picture: PictureSource, others = 0, signal?: AbortSignal): Promise<Float32Array> {
    const { size } = this.branches[branch] as Branch;
    const net = this.nets[branch] as LoadedNet;
    const preparation = { ...this.preparation, size: [size, size] as const };
    return net.use(async (program) => {
      const options = { read: program.plan.outputs.map((_, index) => index), ...(signal && { signal }) };
      for (let i = 0; i < others; i++) await this.pictures.run(program, picture, preparation, options);
      const { outputs } = await this.pictures.run(program, picture, preparation, options);
      return outputs[0] as Float32Array;
    }, signal);
  }

  destroy(): void {
    for (const net of this.nets) net.destroy();
    this.shared.destroy();
  }
}
