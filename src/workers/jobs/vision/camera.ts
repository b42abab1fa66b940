// The camera in the worker: frames come as a stream or one by one, a few are under way, and each answer is reported with rate and latency.
import { seenPicture } from '../../../graph/pictures/preprocess.ts';
import type { Lanes } from '../../border/lanes.ts';
import { picturePixels } from '../../pictures/picture-pixels.ts';
import { FrameLoop, FrameMeter, pump, type FrameRate } from './frame-loop.ts';
import type { VisionNet } from './net.ts';
import type { CameraSettings, Look, VisionEvent } from './protocol.ts';
import type { SecondSeat } from './second-seat.ts';
import { StageClock } from './stage-times.ts';
import type { TaskLook } from './task-look.ts';

type Frame = VideoFrame | ImageBitmap;
type Answered = Look & { readonly picture?: Uint8Array | Uint8ClampedArray };

/** An answer that the page has not shown for this long is given up: the page may be gone. */
const unshownMs = 2000;
/** The camera's picture has moved on before an answer that took longer: the page is given the one that was answered. */
const slowMs = 150;

export class VisionCamera {
  /** Something has the GPU alone: frames are let go until it ends. */
  private held: string | undefined;
  private settings: CameraSettings | undefined;
  private loop: FrameLoop<Frame> | undefined;
  private stopping = new AbortController();
  private meter = new FrameMeter();
  /** As of the last frame that was shown. */
  private rate: FrameRate = { fps: 0, latencyMs: 0 };
  private sequence = 0;
  /** Grows with every start and stop: answers of an earlier camera are dropped. */
  private session = 0;
  private readonly waiting = new Map<number, () => void>();

  constructor(
    private readonly net: VisionNet,
    private readonly tasks: TaskLook,
    private readonly second: Pick<SecondSeat, 'looks' | 'beside'>,
    private readonly lanes: Lanes,
    private readonly tell: (event: VisionEvent, transfer?: Transferable[]) => void,
  ) {
    lanes.watch((why) => this.hold(why));
  }

  private hold(why: string | undefined): void {
    this.held = why;
    // The gap is no rate.
    if (why === undefined) this.meter = new FrameMeter();
    if (this.loop) this.tell({ event: 'camera-held', why });
  }

  watch(stream: ReadableStream<VideoFrame>, settings: CameraSettings): void {
    const loop = this.begin(settings);
    const { signal } = this.stopping;
    pump(stream, loop as FrameLoop<VideoFrame>, signal).catch((error: unknown) => {
      if (!signal.aborted) this.failed(error);
    });
  }

  offer(frame: Frame, settings: CameraSettings): void {
    this.settings = settings;
    (this.loop ?? this.begin(settings)).offer(frame);
  }

  set(settings: CameraSettings): void {
    this.settings = settings;
  }

  shown(sequence: number): void {
    this.waiting.get(sequence)?.();
  }

  stop(): void {
    this.session++;
    this.stopping.abort();
    this.loop?.stop();
    this.loop = undefined;
    for (const resolve of this.waiting.values()) resolve();
  }

  private begin(settings: CameraSettings): FrameLoop<Frame> {
    this.stop();
    this.stopping = new AbortController();
    this.settings = settings;
    this.meter = new FrameMeter();
    this.rate = { fps: 0, latencyMs: 0 };
    this.sequence = 0;
    const session = ++this.session;
    const loop = new FrameLoop<Frame>(
      (frame, at) => this.answer(frame, at, session),
      (error) => this.failed(error),
    );
    this.loop = loop;
    if (this.held !== undefined) this.hold(this.held);
    return loop;
  }

  private async answer(frame: Frame, at: number, session: number): Promise<void> {
    const { settings, loop } = this;
    // Frames that come while a net is being loaded are let go.
    if (!loop || !settings || settings.paused || this.held !== undefined || session !== this.session || !this.net.net)
      return;
    const { epoch } = this.net;
    const answered = await this.lanes
      .shared(() => (this.tasks.reads ? this.read(frame, at, settings) : this.classify(frame, at, settings)))
      .catch((error: unknown) => {
        if (epoch === this.net.epoch) throw error;
      });
    if (!answered || session !== this.session || epoch !== this.net.epoch) return;
    const sequence = ++this.sequence;
    const { logits, values, seen, picture } = answered;
    const buffers = [logits, ...values.values(), ...(seen ? [seen] : []), ...(picture ? [picture] : [])].map(
      ({ buffer }) => buffer as ArrayBuffer,
    );
    const shown = this.untilShown(sequence);
    const ageMs = performance.now() - at;
    const sentAt = performance.timeOrigin + performance.now();
    const report = { ...answered, ...this.rate, sequence, dropped: loop.dropped, ageMs, sentAt };
    this.tell({ event: 'frame', report }, buffers);
    await shown;
    this.rate = this.meter.add(at, performance.now());
  }

  private async classify(frame: Frame, at: number, { preparation }: CameraSettings): Promise<Answered> {
    const look = await this.net.look(frame, preparation);
    if (this.second.looks) {
      // Two answers about one frame: the page is given that frame.
      const pixels = await picturePixels(frame);
      return { ...(await this.second.beside(look, pixels, { passing: true })), picture: pixels.data };
    }
    const slow = performance.now() - at > slowMs;
    return { ...look, ...(slow && { seen: seenPicture(await picturePixels(frame), preparation) }) };
  }

  /** An answer that is drawn over its frame brings the frame along; its raw values stay here. */
  private async read(frame: Frame, at: number, { preparation }: CameraSettings): Promise<Answered> {
    const clock = new StageClock(at);
    const pixels = await picturePixels(frame);
    const { capture = 0 } = clock.ends('capture');
    const { preparation: _, ...first } = await this.tasks.look(pixels, preparation, { passing: true });
    const look = await this.second.beside(first, pixels, { passing: true });
    const outputs = new Set(this.tasks.outputs);
    return {
      ...look,
      logits: new Float32Array(),
      values: new Map([...look.values].filter(([node]) => !outputs.has(node))),
      stages: { ...look.stages, capture: capture + (look.stages.capture ?? 0) },
      picture: pixels.data,
    };
  }

  /** The page's own work counts as under way, so that a busy page gets fewer frames instead of a queue. */
  private untilShown(sequence: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.shown(sequence), unshownMs);
      this.waiting.set(sequence, () => {
        clearTimeout(timer);
        this.waiting.delete(sequence);
        resolve();
      });
    });
  }

  private failed(error: unknown): void {
    this.stop();
    this.tell({ event: 'camera-failed', message: error instanceof Error ? error.message : String(error) });
  }
}
