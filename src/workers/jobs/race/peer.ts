// What a runtime must say and do to be raced: adding one is a file and a row in field.ts.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { InferredGraph, Params } from '../../../graph/ir/graph.ts';

/** One net in one precision, as every runtime is given it: same weights, same input. */
export interface RaceSubject {
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
export interface RaceInput {
  readonly nhwc: Float32Array;
  readonly nchw: Float32Array;
}

/** A net that a runtime has open. */
export interface Raced {
  /** Of the runtime. */
  readonly version: string;
  /** A word on how it runs: graph capture, threads. */
  readonly how?: string;
  /** Uploads the input, runs, reads the first output back. */
  run(picture: RaceInput): Promise<Float32Array>;
  end(): Promise<void>;
}

/** Addresses of a runtime's script and of its WebAssembly. */
export interface RuntimeFiles {
  readonly script: string;
  readonly wasm: string;
}

/** Where whoever starts the race serves the runtimes' own files. */
export interface PeerFiles {
  readonly ortWasm: RuntimeFiles;
  readonly ortWebgpu: RuntimeFiles;
  /** Of the build with threads where the worker is isolated, else of the one without. */
  readonly litert: RuntimeFiles;
}

export interface Peer {
  /** Throws Error with a sentence where this runtime cannot run the net. */
  open(subject: RaceSubject, files: PeerFiles): Promise<Raced>;
}

/** Threads of the peers on the CPU: as many as the machine has cores, at most eight; one where the page is not isolated, as WebAssembly demands. */
export const threads = self.crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1;

export const threadsText = threads === 1 ? '1 thread' : `${threads} threads`;
