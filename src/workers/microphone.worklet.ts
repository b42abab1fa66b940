// Runs in the audio thread: hands the microphone's samples, one channel, to the page in blocks.

/** Of the audio thread's global scope; TypeScript's DOM library does not know it. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Samples a message: 43 ms at 48 kHz. */
const block = 2048;

class Samples extends AudioWorkletProcessor {
  private filled = new Float32Array(block);
  private count = 0;

  process([input = []]: readonly (readonly Float32Array[])[]): boolean {
    const [first] = input;
    // No channel while nothing is connected.
    if (!first) return true;
    for (let i = 0; i < first.length; i++) {
      let sum = 0;
      for (const channel of input) sum += channel[i] as number;
      this.filled[this.count++] = sum / input.length;
      if (this.count < block) continue;
      this.port.postMessage(this.filled, [this.filled.buffer]);
      this.filled = new Float32Array(block);
      this.count = 0;
    }
    return true;
  }
}

registerProcessor('samples', Samples);
