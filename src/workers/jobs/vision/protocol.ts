// What crosses the border of the job that looks at pictures: nets with real weights, photos, camera frames, stored checkpoints.
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { Preparation, SourceBox } from '../../../graph/pictures/preprocess.ts';
import type { AnswerSettings, TaskAnswer } from '../../../graph/tasks/task.ts';
import type { RecognizedNet } from '../../../graph/presets/recognize.ts';
import type { AdapterIdentity } from '../../engine/device.ts';
import type { PublishedFile } from '../../weights/hub.ts';
import type { ObjectCounts } from '../../engine/object-counter.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { JudgeCalls } from './judging-protocol.ts';
import type { LiveCalls } from './live/protocol.ts';
import type { StageTimes } from './stage-times.ts';
import type { Taught, TaughtClass } from './teach-head.ts';
import type { WeightsFacts, WeightsRef } from '../../weights/protocol.ts';
import type { StoredWeights } from '../../weights/store.ts';

export type { StoredWeights, WeightsFacts, WeightsRef };

export interface NetRequest {
  readonly net: GivenNet;
  readonly weights: WeightsRef;
  /** Nodes whose values are wanted with every answer. */
  readonly keep: readonly string[];
  /** The user's choice; without one the likely faster way is taken: WebGPU on a GPU, WebAssembly where WebGPU is software. */
  readonly way?: Way | undefined;
  /** The net that finds the face which this one is shown. */
  readonly finder?: {
    readonly net: { readonly name: string; readonly text: string };
    readonly weights: Extract<WeightsRef, { kind: 'embedded' }>;
  };
}

export type Way = Path['kind'];

export type Path =
  | { readonly kind: 'webgpu'; readonly adapter: AdapterIdentity }
  /** onnxruntime-web; `why` says why not WebGPU. `instead`: the adapter that WebGPU would use, where there is one. */
  | { readonly kind: 'wasm'; readonly why: string; readonly instead?: AdapterIdentity };

export type OpenedNet =
  | { readonly fits: true; readonly path: Path; readonly weights: WeightsFacts }
  /** Nothing was loaded: what does not fit, one sentence a kind of mismatch. */
  | {
      readonly fits: false;
      readonly mismatch: readonly string[];
      /** Nets that the file does fit, the likeliest first. */
      readonly offers: readonly RecognizedNet[];
      /** Names and shapes fit; the values are no numbers. */
      readonly unsound: boolean;
    };

export interface OpenedSecond {
  readonly path: Path;
  readonly weights: WeightsFacts;
  readonly preparation: Preparation;
}

/** What a net's outputs say by its task. */
export interface TaskRead {
  readonly answer: TaskAnswer;
  /** How many values of the outputs are no numbers. */
  readonly unsound: number;
  /** The run that they are of. */
  readonly run: number;
  /** The part of the picture that the net saw, where it was not the whole. */
  readonly box?: SourceBox;
}

export interface Look {
  /** The first output's values; none with a camera's frame whose answer is {@link task}. */
  readonly logits: Float32Array;
  /** Node id → values in the node's own layout, for every node of `keep`. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** From the picture to the logits, both in JS, milliseconds. */
  readonly ms: number;
  /** Where the picture was resized. */
  readonly preparedOn: 'gpu' | 'cpu';
  /** Of {@link ms}, and with a frame of its whole age. */
  readonly stages: StageTimes;
  /** Counts the runs of the worker's nets. */
  readonly run: number;
  /** Absent for classifiers: the page reads their logits. */
  readonly task?: TaskRead;
  readonly width: number;
  readonly height: number;
  /** What the net saw, RGB bytes; of photos, and of frames that took long. */
  readonly seen?: Uint8ClampedArray;
  /** Of the same picture, where a second net is open. */
  readonly second?: SecondLook;
}

/** What the net beside the page's own says of the same picture. */
export interface SecondLook extends Pick<Look, 'run' | 'task' | 'width' | 'height'> {
  /** Of a classifier; none where the answer is {@link task}. */
  readonly logits: Float32Array;
  /** From the picture to the answer. */
  readonly ms: number;
}

export interface FrameReport extends Look {
  /** Counts the frames that were answered, from 1. */
  readonly sequence: number;
  readonly fps: number;
  /** Median over the last second, from a frame's arrival in the worker until the page has shown its answer. */
  readonly latencyMs: number;
  readonly dropped: number;
  /** From this frame's arrival in the worker to its answer. */
  readonly ageMs: number;
  /** The very frame, RGBA bytes, where the answer is drawn over it. */
  readonly picture?: Uint8Array | Uint8ClampedArray;
  /** When it was sent, milliseconds since 1970. */
  readonly sentAt: number;
}

/** A WAV file's bytes, or samples of one channel. */
export type GivenSound = { readonly bytes: Uint8Array } | { readonly rate: number; readonly samples: Float32Array };

export interface HearingPlan {
  /** Of the net, Hz. */
  readonly rate: number;
  /** Samples of a window at that rate, and from one to the next. */
  readonly length: number;
  readonly hop: number;
  /** The node whose values are the spectrogram; it must be kept. */
  readonly spectrogram?: string | undefined;
}

/** Comes as a first result, one by one. */
export interface HeardWindow {
  readonly index: number;
  readonly fromSeconds: number;
  /** The first output's. */
  readonly values: Float32Array;
  readonly spectrogram?: Float32Array | undefined;
  /** Decibels below full scale. */
  readonly level: number;
  readonly ms: number;
}

export interface HeardSound {
  readonly seconds: number;
  /** Of the sound, Hz. */
  readonly rate: number;
  readonly windows: number;
  /** A window, on average. */
  readonly ms: number;
}

export interface CameraSettings {
  readonly preparation: Preparation;
  readonly paused: boolean;
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface VisionCalls extends LiveCalls, JudgeCalls {
  openNet(ticket: number, request: NetRequest): Promise<Outcome<OpenedNet>>;
  /** A net beside the open one, that is shown every picture too; undefined: none from now on. */
  openSecond(ticket: number, request: NetRequest | undefined): Promise<Outcome<OpenedSecond | undefined>>;
  /** As {@link read}, of the second net. */
  readSecond(settings: AnswerSettings): Promise<Outcome<TaskRead | undefined>>;
  /** Looks at a picture and remembers it for {@link again}. The bitmap is the worker's from now on. */
  look(ticket: number, picture: ImageBitmap, preparation: Preparation): Promise<Outcome<Look>>;
  /** From now on answers are read with these settings; what the last one is with them. No net runs. */
  read(settings: AnswerSettings): Promise<Outcome<TaskRead | undefined>>;
  /** Hears a sound window by window; each is a first result ({@link HeardWindow}). */
  hear(ticket: number, sound: GivenSound, plan: HearingPlan): Promise<Outcome<HeardSound>>;
  /** Looks at a picture and forgets it: one of many. */
  inferOnce(ticket: number, picture: ImageBitmap, preparation: Preparation): Promise<Outcome<Look>>;
  /** The remembered picture once more. */
  again(ticket: number, preparation: Preparation): Promise<Outcome<Look>>;
  /** Answers frames until the stream ends or {@link stopCamera}; reports come as events. */
  watch(stream: ReadableStream<VideoFrame>, settings: CameraSettings): void;
  /** For browsers without frame streams: answers one frame; the page sends the next ones itself. */
  frame(frame: VideoFrame | ImageBitmap, settings: CameraSettings): void;
  camera(settings: CameraSettings): void;
  /** The page has shown a report. */
  shown(sequence: number): void;
  stopCamera(): void;
  /** Where the head finds a class, `[H, W]` over the input; for nets that pool a map before their head. */
  classMap(ticket: number, classIndex: number, preparation: Preparation): Promise<Outcome<ClassMap>>;
  /** One parameter's values. */
  parameter(name: string): Promise<Outcome<Float32Array>>;
  /** Runs every layer on the remembered picture and sends what the reference needs through `port` ({@link import('../../engine/reference-job.ts').ReferenceJob}). */
  verify(ticket: number, preparation: Preparation, port: MessagePort): Promise<Outcome<number>>;
  teach(ticket: number, classes: readonly TaughtClass[]): Promise<Outcome<Taught>>;
  lookUp(ticket: number, hub: string, hubId: string): Promise<Outcome<PublishedFile>>;
  fetchWeights(ticket: number, file: PublishedFile): Promise<Outcome<StoredWeights>>;
  listWeights(): Promise<Outcome<readonly StoredWeights[]>>;
  deleteWeights(id: string): Promise<Outcome<readonly StoredWeights[]>>;
  /** GPU objects of the device; undefined without one and where the page's address does not ask to count. */
  objects(): Promise<ObjectCounts | undefined>;
}

export interface ClassMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export type VisionEvent =
  | { readonly event: 'path'; readonly path: Path }
  | { readonly event: 'frame'; readonly report: FrameReport }
  /** The camera's frames are let go while something has the GPU alone: what, as in `measuring`; undefined: no longer. */
  | { readonly event: 'camera-held'; readonly why: string | undefined }
  | { readonly event: 'camera-failed'; readonly message: string };
