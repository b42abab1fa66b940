// Who is raced: a runtime is a row here and a file that is fetched when it runs.
import type { Peer } from './peer.ts';

export interface Entrant {
  /** As `--peers` and the JSON name it. */
  readonly key: string;
  readonly title: string;
  readonly on: 'WebGPU' | 'WASM';
  load(): Promise<Peer>;
}

export const field: readonly Entrant[] = [
  {
    key: 'ortWebgpu',
    title: 'ONNX Runtime WebGPU',
    on: 'WebGPU',
    load: () => import('./ort-webgpu.ts').then(({ ortWebgpu }) => ortWebgpu),
  },
  {
    key: 'ortWasm',
    title: 'ONNX Runtime WASM',
    on: 'WASM',
    load: () => import('./ort-wasm.ts').then(({ ortWasm }) => ortWasm),
  },
  {
    key: 'tfjsWebgpu',
    title: 'TensorFlow.js WebGPU',
    on: 'WebGPU',
    load: () => import('./tfjs.ts').then(({ tfjsWebgpu }) => tfjsWebgpu),
  },
  {
    key: 'litertWasm',
    title: 'LiteRT.js WASM',
    on: 'WASM',
    load: () => import('./litert.ts').then(({ litertWasm }) => litertWasm),
  },
];
