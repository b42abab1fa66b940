// The types of runtime.js, which is JavaScript because its text goes into files as it is.
export interface StandaloneNet {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}
export interface StartedNet {
  /** One inference: an array an input, channel last, to an array an output. */
  run(...inputs: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  destroy(): void;
}
export function start(net: StandaloneNet, device: object): Promise<StartedNet>;
