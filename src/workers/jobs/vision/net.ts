// A net with weights that looks at pictures or hears: on the GPU, or in WebAssembly where there is none; photos and frames take the same way.
import type { InferredGraph, Params } from '../../../graph/ir/graph.ts';
import { preparePicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import { NoDeviceError } from '../../engine/device.ts';
import { planOn } from '../../engine/device-choices.ts';
import type { Engine } from '../../engine/engine.ts';
import { LoadedNet } from '../../engine/loaded-net.ts';
import type { Program } from '../../engine/program.ts';
import { picturePixels, sizeOf, type PictureSource } from '../../pictures/picture-pixels.ts';
import { layerValues, type LayerHooks } from '../../engine/layer-values.ts';
import { PictureRun, type Ran } from './picture-run.ts';
import type { ReadAnswer } from './readings/reading.ts';
import { ReadingStages, type AskedReading } from './readings/stage.ts';
import type { Look, Path, Way } from './protocol.ts';
import { StageClock } from './stage-times.ts';
import { WasmNet, type WasmRuntime } from './wasm-net.ts';

export interface VisionNetOptions {
  readonly engine: Engine;
  /** Starts the worker with WebAssembly. */
  readonly wasm: () => WasmRuntime;
  readonly onPath: (path: Path) => void;
}

interface Loading {
  readonly keep: readonly string[];
  /** What the user wants it to run on. */
  readonly way?: Way | undefined;
  readonly signal: AbortSignal;
}

interface Opened {
  readonly graph: InferredGraph;
  readonly params: Params;
  /** The answer's node, then the kept ones. */
  readonly nodes: readonly string[];
  /** The way that it runs: changes for good when the device cannot be had back. */
  net: Promise<LoadedNet | WasmNet>;
}

/** `reading`: the answer, where it was read on the GPU as asked; the outputs are empty then. */
export type NetLook = Omit<Look, 'seen'> & { readonly reading?: ReadAnswer };
type Heard = Omit<NetLook, 'width' | 'height'>;
type RanNet = Ran & Pick<NetLook, 'reading'>;

export interface LookOptions {
  readonly signal?: AbortSignal | undefined;
  /** To be read on the GPU, where the net runs there and its task can be read there. */
  readonly reading?: AskedReading | undefined;
}

/** One input, ready for the net or to be prepared on whichever way the net runs. */
type Input = Float32Array | { readonly picture: PictureSource; readonly preparation: Preparation };

export class VisionNet {
  private opened: Opened | undefined;
  /** Ends with the opening that was begun last. */
  private opening: Promise<unknown> = Promise.resolve();
  private readonly pictures = new PictureRun();
  private readonly readings = new ReadingStages();
  private wasm: WasmRuntime | undefined;
  /** Ends the check that is under way. */
  private checks = new AbortController();
  private runs = 0;
  path: Path | undefined;
  /** Grows with every load: what an answer of an earlier net failed with is of no interest. */
  epoch = 0;

  constructor(private readonly options: VisionNetOptions) {}

  get net(): Pick<Opened, 'graph' | 'params'> | undefined {
    return this.opened;
  }

  /** Ends a check of every layer that is under way: another net is about to be loaded. */
  endCheck(): void {
    this.checks.abort(new Error('The net was opened anew during the check; start the check again.'));
    this.checks = new AbortController();
  }

  /** Rejects with PlanError or LoweringError when the GPU cannot run the net, or with the signal's reason. */
  load(graph: InferredGraph, params: Params, loading: Loading): Promise<Path> {
    const epoch = ++this.epoch;
    const { opened } = this;
    this.opened = undefined;
    void opened?.net.then((net) => net instanceof LoadedNet && net.destroy());
    const loaded = this.loadNet(graph, params, loading).then((net) => {
      if (epoch === this.epoch) {
        const nodes = [...new Set([...graph.outputs, ...loading.keep])];
        this.opened = { graph, params, nodes, net: Promise.resolve(net) };
        return this.path as Path;
      }
      if (net instanceof LoadedNet) net.destroy();
      throw new DOMException('Another net was opened meanwhile.', 'AbortError');
    });
    this.opening = loaded.catch(() => undefined);
    return loaded;
  }

  private async loadNet(
    graph: InferredGraph,
    params: Params,
    { keep, way, signal }: Loading,
  ): Promise<LoadedNet | WasmNet> {
    const { engine } = this.options;
    try {
      const open = await engine.open();
      const { adapter } = open;
      if (way === 'wasm' || (way === undefined && adapter.software)) {
        const why = adapter.software
          ? 'WebGPU has no graphics processor here, only a software adapter, which is slower'
          : 'chosen in the place of WebGPU';
        try {
          return await this.loadWasm(graph, params, keep, { why, instead: adapter });
        } catch (error) {
          // A net that the runtime does not take: the other way may.
          if (way === 'wasm') throw error;
        }
      }
      const plan = planOn(open, graph, { keep });
      const net = await LoadedNet.load(engine, plan, (name) => params.get(name) as Float32Array, { signal });
      this.setPath({ kind: 'webgpu', adapter: open.adapter });
      return net;
    } catch (error) {
      if (!(error instanceof NoDeviceError)) throw error;
      return this.loadWasm(graph, params, keep, { why: error.message });
    }
  }

  private async loadWasm(
    graph: InferredGraph,
    params: Params,
    keep: readonly string[],
    path: Omit<Extract<Path, { kind: 'wasm' }>, 'kind'>,
  ): Promise<WasmNet> {
    this.wasm ??= this.options.wasm();
    const net = await WasmNet.load(this.wasm, graph, params, keep).catch((error: unknown) => {
      // The next opening starts another worker.
      this.wasm = undefined;
      throw error;
    });
    this.setPath({ kind: 'wasm', ...path });
    return net;
  }

  private setPath(path: Path): void {
    this.path = path;
    this.options.onPath(path);
  }

  /** Answers one picture, as soon as a net that is being loaded is there. It stays open: closing is the caller's. */
  async look(picture: PictureSource, preparation: Preparation, options: LookOptions = {}): Promise<NetLook> {
    const looked = await this.ask({ picture, preparation }, options);
    return { ...looked, ...sizeOf(picture) };
  }

  /** Answers one window of a sound, at the net's own rate. */
  hear(window: Float32Array, signal?: AbortSignal): Promise<Heard> {
    return this.ask(window, { signal });
  }

  private async ask(input: Input, options: LookOptions): Promise<Heard> {
    const started = performance.now();
    const opened = await this.current();
    const { outputs, ...how } = await this.run(opened, input, options);
    const [logits, ...kept] = outputs;
    const values = new Map(opened.nodes.slice(1).map((node, i) => [node, kept[i] as Float32Array]));
    return { logits: logits as Float32Array, values, ms: performance.now() - started, run: ++this.runs, ...how };
  }

  private async run(opened: Opened, input: Input, options: LookOptions): Promise<RanNet> {
    const { net: way, graph, params, nodes } = opened;
    const { signal } = options;
    const net = await way;
    signal?.throwIfAborted();
    if (net instanceof WasmNet) {
      const clock = new StageClock();
      let values = input;
      if (!(values instanceof Float32Array)) {
        const pixels = await picturePixels(values.picture);
        clock.ends('capture');
        values = preparePicture(pixels, values.preparation);
        clock.ends('prepare');
      }
      const outputs = await net.run(values);
      return { outputs, preparedOn: 'cpu', stages: clock.ends('net') };
    }
    try {
      return await net.use((program) => this.runOnGpu(program, input, options), signal);
    } catch (error) {
      // A device that cannot be had back: the same picture goes the slow way.
      if (!(error instanceof NoDeviceError)) throw error;
      if (opened.net === way) opened.net = this.loadWasm(graph, params, nodes.slice(1), { why: error.message });
      return this.run(opened, input, options);
    }
  }

  private async runOnGpu(program: Program, input: Input, { signal, reading }: LookOptions): Promise<RanNet> {
    const all = program.plan.outputs.map((_, index) => index);
    const options = { read: all, ...(signal && { signal }) };
    if (!(input instanceof Float32Array)) {
      const stage = reading && (await this.readings.of(program, reading));
      if (!stage) return this.pictures.run(program, input.picture, input.preparation, options);
      const own = new Set(reading.net.graph.outputs);
      const read = all.filter((index) => !own.has(program.plan.outputs[index]?.node ?? ''));
      const after = stage.after(reading.settings);
      const ran = await this.pictures.run(program, input.picture, input.preparation, { ...options, read, after });
      const given = new Map(read.map((index, i) => [index, ran.outputs[i]]));
      const outputs = all.map((index) => given.get(index) ?? new Float32Array());
      return { ...ran, outputs, reading: stage.read(ran.outputs.at(-1) as Float32Array, reading.settings) };
    }
    const clock = new StageClock();
    const outputs = await program.run([input], options);
    return { outputs, preparedOn: 'cpu', stages: clock.ends('net') };
  }

  private async current(): Promise<Opened> {
    for (let waitedFor; waitedFor !== this.opening;) {
      waitedFor = this.opening;
      await waitedFor;
    }
    if (!this.opened) throw new Error('no net is loaded');
    return this.opened;
  }

  /** Every stored value for a picture, by node, and the input that made them; nothing else may run. Rejects where there is no GPU to check. */
  async layers(
    picture: PictureSource,
    preparation: Preparation,
    hooks: LayerHooks,
  ): Promise<{ input: Float32Array; values: Map<string, Float32Array> }> {
    const signal = AbortSignal.any([this.checks.signal, ...(hooks.signal ? [hooks.signal] : [])]);
    const { graph, net: way } = await this.current();
    const net = await way;
    if (net instanceof WasmNet) throw new Error('Layers are checked in WebGPU, and this net runs in WebAssembly');
    const input = preparePicture(await picturePixels(picture), preparation);
    const values = await net.use((program) => layerValues(program, graph, [input], { ...hooks, signal }), signal);
    return { input, values };
  }
}
