// The camera's picture with what is drawn over it, recorded as a video by the browser: started and stopped by hand, saved as a file.

/** What browsers write, the smallest first. */
const types = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];
/** A video ends by itself at this size, bytes: it is held in memory until it is saved. */
const mostBytes = 500e6;

export interface Recorded {
  readonly blob: Blob;
  readonly ending: 'webm' | 'mp4';
}

/** Undefined in a browser that records nothing. */
const recordable = (): string | undefined =>
  typeof MediaRecorder === 'undefined' || !('captureStream' in HTMLCanvasElement.prototype)
    ? undefined
    : types.find((type) => MediaRecorder.isTypeSupported(type));

export class Recording {
  /** While it runs: the picture's size, how long, how large. */
  running = $state.raw<
    { readonly width: number; readonly height: number; readonly seconds: number; readonly bytes: number } | undefined
  >(undefined);
  problem = $state.raw<string | undefined>(undefined);
  #canvas: HTMLCanvasElement | undefined;
  #recorder: MediaRecorder | undefined;

  /** `done` is given the video at its end. */
  start(width: number, height: number, done: (recorded: Recorded) => void): void {
    this.stop();
    const type = recordable();
    if (type === undefined) {
      this.problem =
        'This browser does not record videos (it has no MediaRecorder): use Chrome, Edge, Firefox or Safari.';
      return;
    }
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    // A canvas is captured once it has something to draw with.
    canvas.getContext('2d');
    const chunks: Blob[] = [];
    let bytes = 0;
    let recorder: MediaRecorder;
    try {
      recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type });
    } catch {
      this.problem = 'This browser could not start to record; try again with a smaller picture.';
      return;
    }
    const began = performance.now();
    recorder.ondataavailable = ({ data }) => {
      chunks.push(data);
      bytes += data.size;
      if (this.#recorder !== recorder) return;
      this.running = { width, height, seconds: (performance.now() - began) / 1000, bytes };
      if (bytes > mostBytes) this.stop();
    };
    recorder.onerror = () => {
      this.problem = 'The browser stopped to record; what it has so far is saved.';
      this.stop();
    };
    recorder.onstop = () => {
      for (const track of recorder.stream.getTracks()) track.stop();
      if (bytes > 0) done({ blob: new Blob(chunks, { type }), ending: type.includes('mp4') ? 'mp4' : 'webm' });
      else this.problem = 'Nothing was recorded: no frame was answered meanwhile.';
    };
    this.problem = undefined;
    this.#canvas = canvas;
    this.#recorder = recorder;
    this.running = { width, height, seconds: 0, bytes: 0 };
    recorder.start(500);
  }

  /** The next frame of the video. */
  draw(paint: (context: CanvasRenderingContext2D) => void): void {
    const context = this.#canvas?.getContext('2d');
    if (context) paint(context);
  }

  stop(): void {
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
    this.#recorder = this.#canvas = this.running = undefined;
  }
}
