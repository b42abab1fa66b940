// A net with weights that looks at pictures: on the GPU, or in WebAssembly where there is none; photos and frames take the same way.
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { makePlan } from '../../../graph/plan/make-plan.ts';
import type { PlanTensor } from '../../../graph/plan/plan.ts';
import { preparePicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import type { Params } from '../../../graph/weights/weights.ts';
import { NoDeviceError, type OpenDevice } from '../../engine/device.ts';
import { Engine, type EngineState } from '../../engine/engine.ts';
import { layerValues, type LayerHooks } from './layer-values.ts';
import { countObjects, type ObjectCounts } from '../../engine/object-counter.ts';
import { PictureStage, sizeOf, type PictureSource } from './picture-stage.ts';
import { picturePixels } from './picture-pixels.ts';
import type { Program } from '../../engine/program.ts';
import type { Look, Path } from './protocol.ts';
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

interface Ran {
  /** Values of `nodes`. */
  readonly outputs: readonly Float32Array[];
  readonly nodes: readonly string[];
  readonly preparedOn: 'gpu' | 'cpu';
}

export class VisionNet {
  private engine: Engine;
  private loaded: Loaded | undefined;
  private wasm: WasmNet | undefined;
  private stage: { readonly open: OpenDevice; readonly stage: Promise<PictureStage> } | undefined;
  /** Loading, checks of every layer and runs in WebAssembly must not mix with anything: each waits for what is under way. */
  private alone: Promise<unknown> = Promise.resolve();
  private readonly together = new Set<Promise<unknown>>();
  /** Ends the check that is under way. */
  private checks = new AbortController();
  /** This browser does not copy the camera's frames to the GPU by itself: SwiftShader's does not. */
  private framesRefused = false;
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
  load(graph: InferredGraph, params: Params, keep: readonly string[]): Promise<Path> {
    const epoch = ++this.epoch;
    this.loaded = undefined;
    this.checks.abort(new Error('The net was opened anew during the check; start the check again.'));
    this.checks = new AbortController();
    return this.exclusively(async () => {
      if (epoch !== this.epoch) throw new DOMException('Another net was opened meanwhile.', 'AbortError');
      await this.wasm?.release();
      this.wasm = undefined;
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
      this.loaded = { graph, params, nodes: [...new Set([...graph.outputs, ...keep])] };
      return this.path as Path;
    });
  }

  private async loadWasm(graph: InferredGraph, params: Params, keep: readonly string[], why: string): Promise<WasmNet> {
    this.wasm = await WasmNet.load(this.options.wasm, graph, params, keep);
    this.setPath({ kind: 'wasm', why });
    return this.wasm;
  }

  private setPath(path: Path): void {
    this.path = path;
    this.options.onPath(path);
  }

  /** Answers one picture, as soon as a net that is being loaded is there. It stays open: closing is the caller's. */
  async look(picture: PictureSource, preparation: Preparation, signal?: AbortSignal): Promise<Omit<Look, 'seen'>> {
    const started = performance.now();
    const { outputs, preparedOn, nodes } = await this.run(picture, preparation, signal);
    const [logits, ...kept] = outputs;
    const values = new Map(nodes.slice(1).map((node, i) => [node, kept[i] as Float32Array]));
    return { logits: logits as Float32Array, values, ms: performance.now() - started, preparedOn, ...sizeOf(picture) };
  }

  private async run(picture: PictureSource, preparation: Preparation, signal?: AbortSignal): Promise<Ran> {
    let lost = '';
    try {
      const ran = await this.alongside(async () => {
        const { nodes } = this.current();
        if (this.wasm) return undefined;
        const onGpu = (program: Program): Promise<Omit<Ran, 'nodes'>> =>
          this.runOnGpu(program, picture, preparation, signal);
        return { ...(await this.engine.use(onGpu, signal)), nodes };
      });
      if (ran) return ran;
    } catch (error) {
      // A device that cannot be had back: the same picture goes the slow way.
      if (!(error instanceof NoDeviceError)) throw error;
      lost = error.message;
    }
    return this.exclusively(async () => {
      signal?.throwIfAborted();
      const { graph, params, nodes } = this.current();
      const wasm = this.wasm ?? (await this.loadWasm(graph, params, nodes.slice(1), lost));
      const outputs = await wasm.run(preparePicture(await picturePixels(picture), preparation));
      return { outputs, preparedOn: 'cpu', nodes };
    });
  }

  private current(): Loaded {
    if (!this.loaded) throw new Error('no net is loaded');
    return this.loaded;
  }

  private async runOnGpu(
    program: Program,
    picture: PictureSource,
    preparation: Preparation,
    signal?: AbortSignal,
  ): Promise<Omit<Ran, 'nodes'>> {
    const read = program.plan.outputs.map((_, index) => index);
    const input = program.plan.inputs[0] as PlanTensor;
    const stage = await this.stageFor(program.open);
    const options = { read, ...(signal && { signal }) };
    if (!stage.takes(picture)) {
      const values = preparePicture(await picturePixels(picture), preparation);
      return { outputs: await program.run([values], options), preparedOn: 'cpu' };
    }
    const size = (input.shape[1] as number) * (input.shape[2] as number) * 16;
    const target = { buffer: program.slots[input.slot] as GPUBuffer, offset: input.offset, size };
    const through = async (source: PictureSource): Promise<Omit<Ran, 'nodes'>> => {
      // Uploaded only when the run begins: one that waits must not overwrite the picture of the one before it.
      const before = (encoder: GPUCommandEncoder): void => {
        stage.upload(source, preparation, target);
        stage.record(encoder);
      };
      return { outputs: await program.run([], { ...options, before }), preparedOn: 'gpu' };
    };
    if (!('copyTo' in picture && this.framesRefused)) {
      try {
        return await through(picture);
      } catch (error) {
        // A browser that cannot copy such a picture to the GPU says so with one of these; everything else is a fault of the run.
        if (!(error instanceof DOMException && copyRefusals.has(error.name)) && !(error instanceof TypeError))
          throw error;
        this.framesRefused ||= 'copyTo' in picture;
      }
    }
    return through(await picturePixels(picture));
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
    const signal = AbortSignal.any([this.checks.signal, ...(hooks.signal ? [hooks.signal] : [])]);
    return this.exclusively(async () => {
      const { graph } = this.current();
      if (this.wasm) throw new Error('Layers are checked on the GPU, and this browser gives the page none');
      const input = preparePicture(await picturePixels(picture), preparation);
      const values = await this.engine.use(
        (program) => layerValues(program, graph, [input], { ...hooks, signal }),
        signal,
      );
      return { input, values };
    });
  }

  /** Runs together with others of its kind, and never with {@link exclusively}. */
  private async alongside<T>(work: () => Promise<T>): Promise<T> {
    for (let gate; gate !== this.alone;) {
      gate = this.alone;
      await gate;
    }
    const job = work();
    this.together.add(job);
    try {
      return await job;
    } finally {
      this.together.delete(job);
    }
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.alone.then(() => Promise.allSettled(this.together)).then(work);
    this.alone = turn.catch(() => undefined);
    return turn;
  }
}
