// Where the page trains: on its GPU, or on the CPU where there is none or one that the CPU only stands in for; the user may say otherwise.
import type { AdapterIdentity } from '../../../workers/engine/device.ts';
import type { TrainedOn } from '../../../workers/jobs/train/protocol.ts';
import type { TrainClient, TrainHost } from '../../hosts/train.ts';
import { adapterName, adapterText } from '../../parts/adapter-text.ts';

export class TrainPlace {
  #chosen = $state.raw<TrainedOn | undefined>(undefined);
  adapter = $state.raw<AdapterIdentity | undefined>(undefined);
  /** Why there is no GPU. */
  missing = $state.raw<string | undefined>(undefined);

  readonly on: TrainedOn = $derived.by(() => {
    if (!this.adapter) return 'cpu';
    return this.#chosen ?? (this.adapter.software ? 'cpu' : 'gpu');
  });
  /** After "on". */
  readonly words: string = $derived(this.on === 'gpu' && this.adapter ? adapterText(this.adapter) : 'the CPU');
  /** Why here. */
  readonly why: string = $derived.by(() => {
    const { adapter, missing, on } = this;
    if (!adapter) return missing ?? 'Looking for a GPU…';
    const name = adapterName(adapter);
    if (adapter.software)
      return on === 'cpu'
        ? `WebGPU here is ${name}, which is the CPU too and compiles every kernel first: small nets are faster without it.`
        : `WebGPU here is ${name}: the CPU in a GPU’s place. Its first step waits for the kernels to be compiled.`;
    return on === 'gpu'
      ? 'Other work on the GPU takes turns with it, step by step.'
      : `${name} is there, too, and usually much faster.`;
  });

  /** `changed`: another worker trains from now on, which has no pictures yet. */
  constructor(
    private readonly host: TrainHost,
    private readonly changed: () => void,
  ) {
    void host.open().then((opened) => {
      if (opened.ok) this.adapter = opened.value.adapter;
      else this.missing = opened.problem.message;
      changed();
    });
  }

  /** Of the worker that trains. */
  get client(): TrainClient {
    return this.host.clients[this.on];
  }

  choose(on: TrainedOn): void {
    if (on === this.on) return;
    this.#chosen = on;
    this.changed();
  }
}
