// What a runtime must say and do to be raced: adding one is a file and a row in race.ts.
import type { InferredGraph, Params } from '../../src/graph/ir/graph.ts';
import type { Shape } from '../../src/gpu-kernels/op.ts';

/** One net in one precision, as every runtime is given it: same weights, same input. */
export interface Subject {
  readonly graph: InferredGraph;
  readonly params: Params;
  readonly precision: 'f32' | 'int8';
  /** `[N, H, W, C]` of the input. */
  readonly shape: Shape;
  /** The net as ONNX; for int8 with QuantizeLinear and DequantizeLinear pairs. */
  onnx(): Uint8Array;
  /** The net as TFLite. Throws Error with a sentence where the net has no such form. */
  tflite(): Uint8Array;
}

/** One input, in both layouts. */
export interface Picture {
  readonly nhwc: Float32Array;
  readonly nchw: Float32Array;
}

export interface Runner {
  /** Of the runtime. */
  readonly version: string;
  /** A word on how it runs: graph capture, threads. */
  readonly how?: string;
  /** Uploads the input, runs, reads the first output back. */
  run(picture: Picture): Promise<Float32Array>;
  end(): Promise<void>;
}

export interface Peer {
  /** As `--peers` and the JSON name it. */
  readonly key: string;
  readonly title: string;
  readonly on: 'WebGPU' | 'WASM';
  /** Throws Error with a sentence where this runtime cannot run the net. */
  open(subject: Subject): Promise<Runner>;
}

/** Threads of the peers on the CPU: as many as the machine has cores, at most eight. */
export const threads = Math.min(8, navigator.hardwareConcurrency);
