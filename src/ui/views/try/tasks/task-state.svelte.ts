// What the open net's answer is beyond classes, how the user wants it read and drawn, and where in the picture it lies.
import { fetchKept } from '../../../../workers/weights/kept-file.ts';
import { untrack } from 'svelte';
import { geometry, toPicture, type SourceBox, type ToPicture } from '../../../../graph/pictures/preprocess.ts';
import { parseLabels } from '../../../../graph/tasks/classify/labels.ts';
import { fromCrop } from '../../../../graph/tasks/landmarks/crop.ts';
import { namesClasses, type AnswerSettings, type Task, type TaskAnswer } from '../../../../graph/tasks/task.ts';
import type { TaskRead } from '../../../../workers/jobs/vision/protocol.ts';
import type { Outcome } from '../../../../workers/border/protocol.ts';
import type { Seen } from '../looked-at.ts';
import type { Vision } from '../vision.svelte.ts';
import { smoother } from './smoothing.ts';

/** A net that looks at pictures, with its last answer: the page's own, or one beside it. */
export interface TaskSource {
  readonly seen: Seen | undefined;
  readonly session: { readonly hash: string; say(text: string, kind?: 'bad'): void };
  readonly net: Pick<Vision['net'], 'loaded' | 'preparation' | 'ready'> & {
    readonly weights: { readonly task: Task | undefined };
    readonly status: unknown;
  };
}

export class TaskState<Source extends TaskSource = Vision> {
  /** The user's settings, of one kind of task. */
  #edited = $state.raw<{ readonly kind?: string; readonly settings: Partial<AnswerSettings> }>({ settings: {} });
  /** Classes that are shown; none: all. */
  only = $state.raw<ReadonlySet<number>>(new Set());
  /** Of masks. */
  opacity = $state(0.55);
  /** Of what the camera gives. */
  smooth = $state(true);
  /** The answer that was chosen: a box's anchor, a class of the mask. */
  chosen = $state.raw<number | undefined>(undefined);
  /** The last answer, read again with other settings. */
  #again = $state.raw<TaskRead | undefined>(undefined);
  #names = $state.raw<{ readonly set: string; readonly labels: readonly string[] } | undefined>(undefined);
  readonly #smoother = smoother();
  #asking: Promise<unknown> | undefined;

  /** Undefined for a classifier, which has views of its own. */
  readonly task: Task | undefined = $derived.by(() => {
    const { task } = this.vision.net.weights;
    return task && !namesClasses(task.kind) ? task : undefined;
  });
  readonly settings: AnswerSettings | undefined = $derived.by(() => {
    const { task } = this;
    if (!task) return undefined;
    const edited = this.#edited.kind === task.kind ? this.#edited.settings : {};
    return { ...task.settings, ...edited, ...(this.only.size > 0 && { only: [...this.only] }) };
  });
  readonly read: TaskRead | undefined = $derived.by(() => {
    const read = this.vision.seen?.task;
    return read && this.#again?.run === read.run ? this.#again : read;
  });
  /** In fractions of the net's input; of a crop's points in fractions of the picture. */
  readonly answer: TaskAnswer | undefined = $derived.by(() => {
    const { read } = this;
    const { seen } = this.vision;
    if (!read || !seen) return undefined;
    const answer = read.box ? fromCrop(read.answer, read.box, seen) : read.answer;
    return seen.live && this.smooth ? this.#smoother.next(read.run, answer, performance.now() / 1000) : answer;
  });
  /** The part of the picture that the net was shown, where it was not the whole, in fractions of the picture. */
  readonly crop: SourceBox | undefined = $derived.by(() => {
    const { seen } = this.vision;
    const box = this.read?.box;
    if (!seen || !box) return undefined;
    return [box[0] / seen.width, box[1] / seen.height, box[2] / seen.width, box[3] / seen.height];
  });
  /** From the net's input to fractions of the picture. */
  readonly place: ToPicture | undefined = $derived.by(() => {
    const { seen } = this.vision;
    if (!seen) return undefined;
    const { width, height } = seen;
    if (this.read?.box) return { x: (fraction) => fraction, y: (fraction) => fraction };
    const place = toPicture({ width, height }, this.vision.net.preparation);
    return { x: (fraction) => place.x(fraction) / width, y: (fraction) => place.y(fraction) / height };
  });
  /** Which shares of the input's width and height the picture fills: beside it is padding. */
  readonly filled: readonly [number, number] = $derived.by(() => {
    const { seen } = this.vision;
    if (!seen) return [1, 1];
    const { preparation } = this.vision.net;
    const { size } = preparation;
    const { area } = geometry({ width: seen.width, height: seen.height }, preparation);
    return [area.width / size[1], area.height / size[0]];
  });
  /** There is no face, so its points mean nothing. */
  readonly absent: boolean = $derived.by(() => {
    const { answer, settings } = this;
    return answer?.kind === 'points' && answer.presence !== undefined && !(answer.presence >= (settings?.score ?? 0));
  });
  readonly labels: readonly string[] | undefined = $derived.by(
    () => this.vision.net.loaded?.preparation?.labels ?? this.#names?.labels,
  );
  /** Why an answer means nothing, in a sentence. */
  readonly warning: string | undefined = $derived.by(() => {
    if (this.vision.net.loaded?.kind === 'made-up')
      return 'These weights are random numbers, so the answer means nothing; layers and checks are right.';
    const { unsound = 0 } = this.read ?? {};
    if (unsound === 0) return undefined;
    return `${unsound.toLocaleString('en-US')} values of the net’s outputs are no numbers, so there is no answer in them: its weights or the preparation are unsound.`;
  });

  constructor(
    readonly vision: Source,
    /** Has the worker read the last answer once more; no net runs. */
    private readonly ask: (settings: AnswerSettings) => Promise<Outcome<TaskRead | undefined>>,
  ) {}

  set(changed: Partial<AnswerSettings>): void {
    const kind = this.task?.kind;
    const before = this.#edited.kind === kind ? this.#edited.settings : {};
    this.#edited = { ...(kind && { kind }), settings: { ...before, ...changed } };
  }
  reset(): void {
    this.#edited = { settings: {} };
    this.only = new Set();
  }

  /** The name of a class. */
  nameOf(index: number): string {
    return this.labels?.[index] ?? (this.task?.kind === 'face' ? 'face' : `class ${index}`);
  }

  /** Follows the net; call while a component is set up. */
  follow(): void {
    $effect(() => {
      const { settings } = this;
      // An opening forgets how the answers of the net before were read.
      void this.vision.net.status;
      if (settings && this.vision.net.ready) untrack(() => void this.#readAgain());
    });
    $effect(() => {
      const set = this.vision.net.loaded?.labelSet;
      untrack(() => void this.#name(set));
    });
    $effect(() => {
      void this.vision.session.hash;
      untrack(() => {
        this.chosen = undefined;
        this.only = new Set();
      });
    });
  }

  /** One question at a time: a slider asks faster than it is answered, and only its last place counts. */
  async #readAgain(): Promise<void> {
    if (this.#asking) return;
    for (let asked: AnswerSettings | undefined; asked !== this.settings;) {
      asked = this.settings;
      if (!asked) break;
      // A proxy cannot be sent.
      const plain = { ...asked };
      this.#asking = this.ask(plain).then((outcome) => {
        if (outcome.ok) this.#again = outcome.value;
      });
      await this.#asking;
    }
    this.#asking = undefined;
  }

  async #name(set: string | undefined): Promise<void> {
    if (this.#names?.set === set) return;
    this.#names = undefined;
    if (set === undefined) return;
    const response = await fetchKept(new URL(`models/${set}-labels.txt`, document.baseURI).href).catch(() => undefined);
    if (response?.ok) this.#names = { set, labels: parseLabels(await response.text()) };
    else
      this.vision.session.say(
        'The names of the classes could not be loaded from this page; reload it to try again.',
        'bad',
      );
  }
}
