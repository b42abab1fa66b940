// The microphone as the page sees it: asked for on a click, its samples block by block, off as soon as nobody listens.
/// <reference types="vite/client" />
import workletUrl from '../../../../workers/microphone.worklet.ts?worker&url';

export type MicrophoneStatus =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'on'; readonly rate: number }
  /** Off, and why, with what to do. */
  | { readonly kind: 'refused'; readonly text: string };

/** By the name of what `getUserMedia` rejects with. */
const refusals: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The microphone is not allowed for this page. Allow it with the sign in the address bar, or in the system’s privacy settings, and try again.',
  SecurityError: 'The microphone needs a secure page: open it over https or from localhost.',
  NotFoundError: 'No microphone was found. Plug one in, or use a sound file.',
  NotReadableError:
    'The microphone is in use by another program, or its driver does not answer. Close that program and try again.',
};

export class Microphone {
  status = $state.raw<MicrophoneStatus>({ kind: 'off' });
  #stream: MediaStream | undefined;
  #context: AudioContext | undefined;
  #wish = 0;

  constructor(private readonly heard: (samples: Float32Array, rate: number) => void) {}

  get on(): boolean {
    return this.status.kind === 'on';
  }

  async start(): Promise<void> {
    this.stop();
    const wish = ++this.#wish;
    this.status = { kind: 'asking' };
    let stream: MediaStream;
    try {
      // Absent on pages that are not secure.
      const media = navigator.mediaDevices as MediaDevices | undefined;
      if (!media) throw new DOMException('', 'SecurityError');
      // What calls clean away is what the net is to hear.
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      stream = await media.getUserMedia({ audio, video: false });
    } catch (error) {
      if (wish !== this.#wish) return;
      const name = error instanceof Error ? error.name : '';
      const text = refusals[name] ?? 'The microphone could not be started. Try again, or use a sound file.';
      this.status = { kind: 'refused', text };
      return;
    }
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(workletUrl);
    } catch {
      stopAll(stream);
      void context.close();
      if (wish === this.#wish)
        this.status = { kind: 'refused', text: 'This browser gives the page no way to the microphone’s samples.' };
      return;
    }
    const [track] = stream.getAudioTracks();
    if (wish !== this.#wish || !track) {
      stopAll(stream);
      void context.close();
      return;
    }
    track.addEventListener('ended', () => {
      if (this.#stream === stream)
        this.stop('The microphone was disconnected or taken away. Choose Microphone to turn it on again.');
    });
    const node = new AudioWorkletNode(context, 'samples', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      if (this.#stream === stream) this.heard(data, context.sampleRate);
    };
    context.createMediaStreamSource(stream).connect(node);
    [this.#stream, this.#context] = [stream, context];
    this.status = { kind: 'on', rate: context.sampleRate };
  }

  /** `why` stays on the screen. */
  stop(why?: string): void {
    this.#wish++;
    if (this.#stream) stopAll(this.#stream);
    void this.#context?.close();
    this.#stream = this.#context = undefined;
    this.status = why === undefined ? { kind: 'off' } : { kind: 'refused', text: why };
  }
}

const stopAll = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());
