// The net without a GPU: its ONNX export in onnxruntime-web's WebAssembly, in a worker of its own that is started when it is needed.
import * as Comlink from 'comlink';
import { exportOnnx } from '../../../graph/formats/onnx/export.ts';
import type { InferredGraph, Params } from '../../../graph/ir/graph.ts';
import { nchwToNhwc, nhwcToNchw } from '../../../graph/ir/reference.ts';
import type { Helper } from '../../border/serve.ts';

/** Calls of the worker with the runtime (src/workers/wasm.worker.ts). */
export interface WasmCalls {
  /** Takes the last model's place. Rejects when the runtime does not start or takes no such net. */
  load(model: Uint8Array): Promise<void>;
  /** All outputs by name. */
  run(name: string, data: Float32Array, dims: readonly number[]): Promise<Record<string, Float32Array>>;
}

/** The worker with the runtime, as long as it lives. */
export class WasmRuntime {
  private readonly calls: Comlink.Remote<WasmCalls>;

  constructor(private readonly helper: Helper) {
    this.calls = Comlink.wrap<WasmCalls>(helper.port);
  }

  call<T>(work: (calls: Comlink.Remote<WasmCalls>) => Promise<T>): Promise<T> {
    return this.helper.ended.before(work(this.calls));
  }
}

export class WasmNet {
  private constructor(
    private readonly runtime: WasmRuntime,
    private readonly graph: InferredGraph,
    private readonly outputs: readonly string[],
  ) {}

  /** `keep`: nodes whose values come back besides the outputs. Rejects when the runtime does not start or a node has no ONNX form. */
  static async load(
    runtime: WasmRuntime,
    graph: InferredGraph,
    params: Params,
    keep: readonly string[],
  ): Promise<WasmNet> {
    const outputs = [...new Set([...graph.outputs, ...keep])];
    const model = exportOnnx({ ...graph, outputs }, params);
    await runtime.call((calls) => calls.load(Comlink.transfer(model, [model.buffer])));
    return new WasmNet(runtime, graph, outputs);
  }

  /** Outputs, then the kept nodes, in their own layout. `input` is channel last. */
  async run(input: Float32Array): Promise<Float32Array[]> {
    const name = this.graph.inputs[0] as string;
    const shape = this.shapeOf(name);
    const [batch, height, width, channels] = shape as readonly [number, number, number, number];
    const planes = nhwcToNchw(input, shape);
    const feed = Comlink.transfer(planes, [planes.buffer]);
    const results = await this.runtime.call((calls) => calls.run(name, feed, [batch, channels, height, width]));
    return this.outputs.map((output) => {
      const data = results[output] as Float32Array;
      const own = this.shapeOf(output);
      return own.length === 4 ? nchwToNhwc(data, own) : data;
    });
  }

  private shapeOf(node: string): readonly number[] {
    return this.graph.facts.get(node)?.shape ?? [];
  }
}
