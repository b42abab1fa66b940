// The net without a GPU: its ONNX export in onnxruntime-web's WebAssembly, loaded only when it is needed, from this page's own files.
import type * as Ort from 'onnxruntime-web/wasm';
import { exportOnnx } from '../../../graph/formats/onnx/export.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { nchwToNhwc, nhwcToNchw } from '../../../graph/ir/reference.ts';
import type { Params } from '../../../graph/weights/weights.ts';

let runtime: Promise<typeof Ort> | undefined;

/** `wasm`: address of the runtime's .wasm file on this page's own origin. */
function startRuntime(wasm: string): Promise<typeof Ort> {
  runtime ??= import('onnxruntime-web/wasm').then((ort) => {
    // Threads need cross-origin isolation, which this page does without.
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = { wasm };
    ort.env.logLevel = 'error';
    return ort;
  });
  return runtime;
}

export class WasmNet {
  private constructor(
    private readonly ort: typeof Ort,
    private readonly session: Ort.InferenceSession,
    private readonly graph: InferredGraph,
    private readonly outputs: readonly string[],
  ) {}

  /** `keep`: nodes whose values come back besides the outputs. Rejects when the runtime does not start or a node has no ONNX form. */
  static async load(wasm: string, graph: InferredGraph, params: Params, keep: readonly string[]): Promise<WasmNet> {
    const ort = await startRuntime(wasm);
    const outputs = [...new Set([...graph.outputs, ...keep])];
    const session = await ort.InferenceSession.create(exportOnnx({ ...graph, outputs }, params), {
      executionProviders: ['wasm'],
    });
    return new WasmNet(ort, session, graph, outputs);
  }

  /** Outputs, then the kept nodes, in their own layout. `input` is channel last. */
  async run(input: Float32Array): Promise<Float32Array[]> {
    const name = this.graph.inputs[0] as string;
    const shape = this.shapeOf(name);
    const [batch, height, width, channels] = shape as readonly [number, number, number, number];
    const feed = new this.ort.Tensor('float32', nhwcToNchw(input, shape), [batch, channels, height, width]);
    const results = await this.session.run({ [name]: feed });
    return this.outputs.map((output) => {
      const data = results[output]?.data as Float32Array;
      const own = this.shapeOf(output);
      return own.length === 4 ? nchwToNhwc(data, own) : data;
    });
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private shapeOf(node: string): readonly number[] {
    return this.graph.facts.get(node)?.shape ?? [];
  }
}
