// A net with weights that looks at pictures: on the GPU, or in WebAssembly where there is none; photos and frames take the same way.
import type { InferredGraph } from '../graph/graph.ts';
import { makePlan } from '../graph/make-plan.ts';
import type { PlanTensor } from '../graph/plan.ts';
import { preparePicture, type Preparation } from '../graph/preprocess.ts';
import type { Params } from '../graph/weights.ts';
import { NoDeviceError, type OpenDevice } from './device.ts';
import { Engine, type EngineState } from './engine.ts';
import { layerValues, type LayerHooks } from './layer-values.ts';
import { countObjects, type ObjectCounts } from './object-counter.ts';
import { PictureStage, sizeOf, type PictureSource } from './picture-stage.ts';
import { picturePixels } from './picture-pixels.ts';
import type { Program } from './program.ts';
import type { Look, Path } from './vision-protocol.ts';
import { WasmNet } from './wasm-net.ts';

/** What `copyExternalImageToTexture` throws for a source that it does not take. */
const copyRefusals = new Set(['InvalidStateError', 'OperationError', 'SecurityError']);

export interface VisionNetOptions {
  readonly gpu: () => GPU | undefined;
  /** Address of onnxruntime-web's .wasm file. */
  readonly wasm: string;
  /** Wraps every device so that its objects are counted. */
  readonly count: boolean;
  readonly onPath: (path: Path) => void;
  readonly onGpuError: (message: string) => void;
}

interface Loaded {
  readonly graph: InferredGraph;
  readonly params: Params;
  /** The answer's node, then the kept ones. */
  readonly nodes: readonly string[];
}

export class VisionNet {
  private engine: Engine;
  private loaded: Loaded | undefined;
  private wasm: WasmNet | undefined;
  private stage: { readonly open: OpenDevice; readonly stage: Promise<PictureStage> } | undefined;
  /** Checks of every layer, and runs in WebAssembly, must not mix with other runs: each waits for the one before. */
  private alone: Promise<unknown> = Promise.resolve();
  private counted: OpenDevice | undefined;
  /** Counts of the current device. */
  objects: ObjectCounts | undefined;
  path: Path | undefined;
  /** Grows with every load: what an answer of an earlier net failed with is of no interest. */
  epoch = 0;

  constructor(private readonly options: VisionNetOptions) {
    this.engine = this.newEngine();
  }

  private newEngine(): Engine {
    const { gpu, onGpuError } = this.options;
    return new Engine({
      gpu,
      device: { onUncapturedError: onGpuError },
      onState: (state, detail) => void this.deviceChanged(state, detail),
    });
  }

  private deviceChanged(state: EngineState, detail: string): void {
    // The engine opens the device anew by itself; the page learns that it does.
    if (state === 'recovering')
      this.options.onGpuError(`The GPU was lost (${detail || 'no reason given'}) and is being opened again.`);
  }

  get net(): Loaded | undefined {
    return this.loaded;
  }

  /** Rejects with PlanError or LoweringError when the GPU cannot run the net, with Error when the text is no net. */
  async load(graph: InferredGraph, params: Params, keep: readonly string[]): Promise<Path> {
    const nodes = [...new Set([...graph.outputs, ...keep])];
    this.epoch++;
    this.loaded = undefined;
    await this.releaseWasm();
    try {
      const open = await this.engine.open();
      this.counting(open);
      const plan = makePlan(graph, { caps: open.capabilities, keep, limits: open.limits });
      await this.engine.load(plan, (name) => params.get(name) as Float32Array);
      this.setPath({ kind: 'webgpu', adapter: open.adapter });
    } catch (error) {
      if (!(error instanceof NoDeviceError)) throw error;
      await this.loadWasm(graph, params, keep, error.message);
    }
    this.loaded = { graph, params, nodes };
    return this.path as Path;
  }

  private async loadWasm(graph: InferredGraph, params: Params, keep: readonly string[], why: string): Promise<void> {
    this.wasm = await WasmNet.load(this.options.wasm, graph, params, keep);
    this.setPath({ kind: 'wasm', why });
  }

  private setPath(path: Path): void {
    this.path = path;
    this.options.onPath(path);
  }

  /** Answers one picture. It stays open: closing is the caller's. */
  async look(picture: PictureSource, preparation: Preparation, signal?: AbortSignal): Promise<Omit<Look, 'seen'>> {
    const { loaded } = this;
    if (!loaded) throw new Error('no net is loaded');
    const started = performance.now();
    const { outputs, preparedOn } = await this.run(loaded, picture, preparation, signal);
    const [logits, ...kept] = outputs;
    const values = new Map(loaded.nodes.slice(1).map((node, i) => [node, kept[i] as Float32Array]));
    return { logits: logits as Float32Array, values, ms: performance.now() - started, preparedOn, ...sizeOf(picture) };
  }

  private async run(
    loaded: Loaded,
    picture: PictureSource,
    preparation: Preparation,
    signal?: AbortSignal,
  ): Promise<{ outputs: Float32Array[]; preparedOn: 'gpu' | 'cpu' }> {
    if (!this.wasm) {
      try {
        return await this.engine.use((program) => this.runOnGpu(program, picture, preparation, signal));
      } catch (error) {
        // A device that cannot be had back: the same picture goes the slow way.
        if (!(error instanceof NoDeviceError)) throw error;
        await this.loadWasm(loaded.graph, loaded.params, loaded.nodes.slice(1), error.message);
      }
    }
    const { wasm } = this;
    if (!wasm) throw new Error('no net is loaded');
    const outputs = await this.exclusively(() => wasm.run(preparePicture(picturePixels(picture), preparation)));
    return { outputs, preparedOn: 'cpu' };
  }

  private async runOnGpu(
    program: Program,
    picture: PictureSource,
    preparation: Preparation,
    signal?: AbortSignal,
  ): Promise<{ outputs: Float32Array[]; preparedOn: 'gpu' | 'cpu' }> {
    const read = program.plan.outputs.map((_, index) => index);
    const input = program.plan.inputs[0] as PlanTensor;
    const stage = await this.stageFor(program.open);
    const options = { read, ...(signal && { signal }) };
    await this.alone;
    if (stage.takes(picture)) {
      const size = (input.shape[1] as number) * (input.shape[2] as number) * 16;
      const target = { buffer: program.slots[input.slot] as GPUBuffer, offset: input.offset, size };
      try {
        // Uploaded only when the run begins: one that waits must not overwrite the picture of the one before it.
        const before = (encoder: GPUCommandEncoder): void => {
          stage.upload(picture, preparation, target);
          stage.record(encoder);
        };
        return { outputs: await program.run([], { ...options, before }), preparedOn: 'gpu' };
      } catch (error) {
        // A browser that cannot copy such a picture to the GPU says so with one of these; everything else is a fault of the run.
        if (!(error instanceof DOMException && copyRefusals.has(error.name)) && !(error instanceof TypeError))
          throw error;
      }
    }
    return {
      outputs: await program.run([preparePicture(picturePixels(picture), preparation)], options),
      preparedOn: 'cpu',
    };
  }

  private stageFor(open: OpenDevice): Promise<PictureStage> {
    if (this.stage?.open !== open) {
      this.counting(open);
      this.stage = { open, stage: PictureStage.create(open) };
    }
    return this.stage.stage;
  }

  private counting(open: OpenDevice): void {
    if (!this.options.count || this.counted === open) return;
    this.counted = open;
    this.objects = countObjects(open.device);
  }

  /** Every stored value for a picture, by node, and the input that made them. Rejects where there is no GPU to check. */
  async layers(
    picture: PictureSource,
    preparation: Preparation,
    hooks: LayerHooks,
  ): Promise<{ input: Float32Array; values: Map<string, Float32Array> }> {
    const { loaded } = this;
    if (!loaded) throw new Error('no net is loaded');
    if (this.path?.kind !== 'webgpu')
      throw new Error('Layers are checked on the GPU, and this browser gives the page none');
    const input = preparePicture(picturePixels(picture), preparation);
    const values = await this.engine.use((program) =>
      this.exclusively(() => layerValues(program, loaded.graph, [input], hooks)),
    );
    return { input, values };
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.alone.then(work, work);
    this.alone = turn.catch(() => undefined);
    return turn;
  }

  private async releaseWasm(): Promise<void> {
    const { wasm } = this;
    this.wasm = undefined;
    if (wasm) await this.exclusively(() => wasm.release());
  }
}
