// What the open net hears: a sound file as a whole, or the microphone window by window; its answers over time.
import * as Comlink from 'comlink';
import { untrack } from 'svelte';
import type { GivenSound, HeardSound, HeardWindow, HearingPlan } from '../../../../workers/jobs/vision/protocol.ts';
import { sentence } from '../../../parts/sentence.ts';
import { Microphone } from './microphone.svelte.ts';
import { decodedSound, isWav, soundBytes } from './sound-files.ts';
import type { TaskState } from './task-state.svelte.ts';

/** Of the microphone, the last two minutes are kept. */
const keptSeconds = 120;
/** Silence that is worth a word, seconds, and its level, dB below full scale. */
const silence = { seconds: 2, level: -90 };

export interface Spectrogram {
  readonly node: string;
  readonly frames: number;
  readonly bands: number;
}

export class Listening {
  windows = $state.raw<readonly HeardWindow[]>([]);
  /** Of a file, once it was heard to its end. */
  heard = $state.raw<(HeardSound & { readonly name: string }) | undefined>(undefined);
  /** What is heard now, and how much of it: 0 … 1. */
  hearing = $state.raw<{ readonly name: string; readonly share: number } | undefined>(undefined);
  problem = $state.raw<string | undefined>(undefined);
  readonly microphone: Microphone;
  #file: File | undefined;
  #job: AbortController | undefined;
  /** The microphone's last samples, as many as a window needs, and how many came since it was heard last. */
  #ring = new Float32Array();
  #fresh = 0;
  #total = 0;
  #busy = false;

  /** Undefined for a net that does not hear. */
  readonly plan: HearingPlan | undefined = $derived.by(() => {
    const { graph, architecture } = this.task.vision.session;
    const { rate } = architecture.header;
    const length = graph?.facts.get(graph.inputs[0] ?? '')?.shape[2];
    if (!graph || rate === undefined || length === undefined || !this.task.task) return undefined;
    const { hopSeconds } = this.task.task;
    const hop = hopSeconds === undefined ? Math.ceil(length / 2) : Math.round(hopSeconds * rate);
    return { rate, length, hop, spectrogram: this.spectrogram?.node };
  });
  /** The front end's log-mel map: what the net sees of the sound. */
  readonly spectrogram: Spectrogram | undefined = $derived.by(() => {
    const { graph } = this.task.vision.session;
    const node = graph?.nodes.find(({ op }) => op === 'log_mel');
    const [, frames = 0, bands = 0] = (node && graph?.facts.get(node.id)?.shape) ?? [];
    return node && { node: node.id, frames, bands };
  });
  /** The microphone is on and gives nothing. */
  readonly silent: boolean = $derived.by(() => {
    const { plan, windows } = this;
    if (!this.microphone.on || !plan) return false;
    const last = windows.slice(-Math.ceil((silence.seconds * plan.rate) / plan.hop));
    return last.length > 0 && last.every(({ level }) => level < silence.level);
  });

  constructor(readonly task: TaskState) {
    this.microphone = new Microphone((samples, rate) => this.#receive(samples, rate));
  }

  /** Follows the net; call while a component is set up. */
  follow(): void {
    const { net } = this.task.vision;
    $effect(() => {
      const { spectrogram } = this;
      untrack(() => net.keep('listening', spectrogram ? [spectrogram.node] : []));
    });
    $effect(() => {
      void this.task.vision.basis;
      const ready = net.ready && this.plan !== undefined;
      untrack(() => {
        this.#clear();
        if (!ready) this.microphone.stop();
        else if (this.#file) void this.hear(this.#file);
      });
    });
  }

  /** Hears a file from its begin. */
  async hear(file: File): Promise<void> {
    this.microphone.stop();
    this.#clear();
    this.#file = file;
    const { plan } = this;
    if (!plan || !this.task.vision.net.ready) return;
    const job = new AbortController();
    this.#job = job;
    this.hearing = { name: file.name, share: 0 };
    try {
      const bytes = await soundBytes(file);
      const given: GivenSound = isWav(bytes)
        ? { bytes }
        : { samples: await decodedSound(bytes, file.name, plan.rate), rate: plan.rate };
      if (job.signal.aborted) return;
      const heard = await this.#ask(given, plan, job, (window) => (this.windows = [...this.windows, window]));
      if (heard) this.heard = { ...heard, name: file.name };
    } catch (error) {
      if (this.#job === job) this.problem = (error as Error).message;
    }
    if (this.#job === job) this.hearing = undefined;
  }

  async listen(): Promise<void> {
    this.#clear();
    this.#file = undefined;
    [this.#fresh, this.#total] = [0, 0];
    this.#ring = new Float32Array();
    await this.microphone.start();
  }

  cancel(): void {
    this.#job?.abort();
    this.#job = this.hearing = undefined;
  }

  #clear(): void {
    this.cancel();
    this.windows = [];
    this.heard = this.problem = undefined;
  }

  #receive(samples: Float32Array, rate: number): void {
    const { plan } = this;
    if (!plan) return;
    const length = Math.floor((plan.length * rate) / plan.rate);
    if (this.#ring.length !== length) this.#ring = new Float32Array(length);
    this.#ring.copyWithin(0, Math.min(length, samples.length));
    this.#ring.set(samples.subarray(-length), length - Math.min(length, samples.length));
    this.#fresh += samples.length;
    this.#total += samples.length;
    // A net that is slower than its hop hears the newest window when it is done.
    if (this.#busy || this.#total < length || this.#fresh < (plan.hop * rate) / plan.rate) return;
    this.#fresh = 0;
    this.#busy = true;
    const fromSeconds = (this.#total - length) / rate;
    const given = { samples: this.#ring.slice(), rate };
    const job = (this.#job ??= new AbortController());
    void this.#ask(given, plan, job, (window) => {
      if (!this.microphone.on || this.#job !== job) return;
      const first = fromSeconds - keptSeconds;
      this.windows = [...this.windows.filter((before) => before.fromSeconds >= first), { ...window, fromSeconds }];
    }).finally(() => (this.#busy = false));
  }

  async #ask(
    given: GivenSound,
    plan: HearingPlan,
    job: AbortController,
    onWindow: (window: HeardWindow) => void,
  ): Promise<HeardSound | undefined> {
    const data = 'bytes' in given ? given.bytes : given.samples;
    const outcome = await this.task.vision.net.client.call(
      (calls, ticket) => calls.hear(ticket, Comlink.transfer(given, [data.buffer as ArrayBuffer]), { ...plan }),
      {
        signal: job.signal,
        onFirst: (window) => {
          if (!job.signal.aborted) onWindow(window as HeardWindow);
        },
        onProgress: (_, share) => {
          if (this.#job === job && this.hearing) this.hearing = { ...this.hearing, share };
        },
      },
    );
    if (outcome.ok) return outcome.value;
    if (outcome.problem.kind !== 'aborted') this.problem = sentence(outcome.problem.message);
    return undefined;
  }
}
