// The camera as the page sees it: asked for on a click, shown, sent to the worker frame by frame, and off as soon as nobody looks.
import * as Comlink from 'comlink';
import type { VisionClient } from '../../../workers/jobs/vision/client.ts';
import type { CameraSettings, FrameReport } from '../../../workers/jobs/vision/protocol.ts';
import { refusal } from './camera-refusals.ts';

export type CameraStatus =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'on' }
  /** Off, and why, with what to do. */
  | { readonly kind: 'refused'; readonly text: string };

/** Chromium's way to get frames without a copy through the page; TypeScript's DOM library does not know it. */
type TrackProcessor = new (options: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<VideoFrame> };

/** Frames that the page sends before the first of them is answered, where it sends them itself. */
const framesUnderWay = 2;

export class Camera {
  status = $state.raw<CameraStatus>({ kind: 'off' });
  devices = $state.raw<readonly MediaDeviceInfo[]>([]);
  deviceId = $state<string | undefined>(undefined);
  stream = $state.raw<MediaStream | undefined>(undefined);
  paused = $state(false);
  /** What has the GPU alone and holds the frames up, as in `measuring`. */
  held = $state<string | undefined>(undefined);
  /** From the worker's answer until the page has drawn it, milliseconds. */
  drawMs = $state.raw(0);
  /** Shows the picture as a mirror does; the net sees it as it is. */
  mirror = $state(true);
  /** The element that shows it. */
  video: HTMLVideoElement | undefined;
  #sent = 0;
  #answered = 0;
  #wish = 0;

  constructor(
    private readonly client: VisionClient,
    private readonly settings: () => CameraSettings,
    /** The camera was turned on or off. */
    private readonly changed: () => void,
  ) {}

  get on(): boolean {
    return this.status.kind === 'on';
  }

  /** Asks for a camera; the default one, or the one chosen. */
  async start(deviceId: string | undefined = this.deviceId): Promise<void> {
    this.stop();
    const wish = ++this.#wish;
    this.status = { kind: 'asking' };
    let stream: MediaStream;
    try {
      // Absent on pages that are not secure.
      const media = navigator.mediaDevices as MediaDevices | undefined;
      if (!media) throw new DOMException('', 'SecurityError');
      const video = {
        width: { ideal: 640 },
        height: { ideal: 480 },
        frameRate: { ideal: 30 },
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      };
      stream = await media.getUserMedia({ video, audio: false });
    } catch (error) {
      if (wish !== this.#wish) return;
      const name = error instanceof Error ? error.name : '';
      // The next try takes whichever camera there is.
      if (name === 'OverconstrainedError' || name === 'NotFoundError') this.deviceId = undefined;
      this.status = { kind: 'refused', text: refusal(name) };
      return;
    }
    const [track] = stream.getVideoTracks();
    if (wish !== this.#wish || !track) {
      stopAll(stream);
      return;
    }
    track.addEventListener('ended', () => {
      if (this.stream === stream)
        this.stop('The camera was disconnected or taken away. Choose Camera to turn it on again.');
    });
    this.deviceId = track.getSettings().deviceId ?? deviceId;
    this.mirror = track.getSettings().facingMode !== 'environment';
    this.paused = false;
    this.changed();
    this.stream = stream;
    this.status = { kind: 'on' };
    this.#send(track);
    // Names of cameras are told only after the user has allowed one.
    this.devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
  }

  /** Turns the camera and its light off; `why` stays on the screen. */
  stop(why?: string): void {
    this.#wish++;
    if (this.stream) {
      stopAll(this.stream);
      void this.client.calls.stopCamera();
      this.changed();
    }
    this.stream = undefined;
    this.paused = false;
    this.held = undefined;
    this.status = why === undefined ? { kind: 'off' } : { kind: 'refused', text: why };
  }

  /** The picture that is on the screen now, in a canvas; undefined before the first one. */
  still(): HTMLCanvasElement | undefined {
    const { video } = this;
    if (!this.on || !video?.videoWidth) return undefined;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    return canvas;
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.tell();
  }

  /** Tells the worker about changed settings. */
  tell(): void {
    if (this.on) void this.client.calls.camera(this.settings());
  }

  #send(track: MediaStreamTrack): void {
    const Processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor;
    if (!Processor) return;
    const { readable } = new Processor({ track });
    void this.client.calls.watch(Comlink.transfer(readable, [readable as unknown as Transferable]), this.settings());
  }

  /** Sends the frames of a video element, for browsers without frame streams. Returns what stops it. */
  follow(video: HTMLVideoElement): () => void {
    this.video = video;
    if ('MediaStreamTrackProcessor' in globalThis || !('requestVideoFrameCallback' in video)) return () => undefined;
    let handle = 0;
    this.#sent = this.#answered = 0;
    const next = (): void => {
      handle = video.requestVideoFrameCallback(() => {
        void this.#sendFrame(video);
        next();
      });
    };
    next();
    return () => video.cancelVideoFrameCallback(handle);
  }

  async #sendFrame(video: HTMLVideoElement): Promise<void> {
    if (!this.on || this.paused || this.#sent - this.#answered >= framesUnderWay) return;
    this.#sent++;
    try {
      const frame = 'VideoFrame' in globalThis ? new VideoFrame(video) : await createImageBitmap(video);
      if (this.on) void this.client.calls.frame(Comlink.transfer(frame, [frame]), this.settings());
      else frame.close();
    } catch {
      // The element has no frame yet.
      this.#answered++;
    }
  }

  /** The page has shown the answer of a frame. */
  shown({ sequence, sentAt }: FrameReport): void {
    this.drawMs = performance.timeOrigin + performance.now() - sentAt;
    this.#answered++;
    void this.client.calls.shown(sequence);
  }
}

const stopAll = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());
