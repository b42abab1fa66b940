// Teaching classes of one's own: samples from the camera or from files, a lesson in the worker, a head that answers live.
import * as Comlink from 'comlink';
import { teachProblem, type Taught } from '../../../workers/jobs/vision/teach-head.ts';
import { saveBlob } from '../../parts/clipboard.ts';
import { cleanName, fileName } from '../../parts/file-names.ts';
import { sameOrigin, type NetOrigin } from '../../weights/net-status.ts';
import { readHead, writeHead } from './head-file.ts';
import { decodePhoto } from '../../pictures/photo.ts';
import { thumbnail } from '../../pictures/thumbnail.ts';
import type { Vision } from './vision.svelte.ts';

interface Shown {
  readonly features: Float32Array;
  /** A small picture of it, as a data URL. */
  readonly thumb: string;
}
export interface Lesson {
  readonly name: string;
  readonly samples: readonly Shown[];
}

const owner = 'teach';
/** Enough for any class; more would only be slower. */
const mostSamples = 400;

export class Teach {
  lessons = $state.raw<readonly Lesson[]>([
    { name: 'Class 1', samples: [] },
    { name: 'Class 2', samples: [] },
  ]);
  /** Index of the class that is being recorded from the camera. */
  recording = $state<number | undefined>(undefined);
  progress = $state.raw<{ readonly what: string; readonly share: number } | undefined>(undefined);
  taught = $state.raw<Taught | undefined>(undefined);
  problem = $state.raw<string | undefined>(undefined);
  /** The net that the samples are of: those of another one are of no use. */
  #origin = $state.raw<NetOrigin | undefined>(undefined);
  #job: AbortController | undefined;
  #last = 0;

  readonly missing: string | undefined = $derived.by(() =>
    teachProblem(this.lessons.map(({ name, samples }) => ({ name, count: samples.length }))),
  );

  constructor(private readonly vision: Vision) {}

  /** The view is shown: every answer brings the features along. */
  enter(): void {
    const { net, featureNode } = this.vision;
    if (featureNode) net.keep(owner, [featureNode]);
  }

  /** Takes the features of a camera frame while a class is being recorded. */
  recordFrame(): void {
    const { seen, rate, featureNode } = this.vision;
    const index = this.recording;
    if (index === undefined || !seen?.live || !featureNode || (rate?.sequence ?? 0) === this.#last) return;
    this.#last = rate?.sequence ?? 0;
    const features = seen.values.get(featureNode);
    const still = this.vision.camera.still();
    if (features && still) this.#add(index, { features, thumb: thumbnail(still, still) });
  }

  async addFiles(index: number, files: readonly File[]): Promise<void> {
    const { net, featureNode: node } = this.vision;
    if (!node) return;
    this.problem = undefined;
    const job = this.#begin();
    for (const [i, file] of files.entries()) {
      // The view that just opened asks for the features, and the net is opened once more with them.
      if (!(await net.settled()) || this.#job !== job) break;
      this.progress = { what: `Looking at ${file.name}`, share: i / files.length };
      let bitmap: ImageBitmap;
      try {
        bitmap = await decodePhoto(file, file.name, { signal: job.signal });
      } catch (error) {
        if (job.signal.aborted) break;
        this.problem = (error as Error).message;
        continue;
      }
      const { preparation } = net;
      const thumb = thumbnail(bitmap, bitmap);
      const outcome = await net.client.call(
        (calls, ticket) => calls.inferOnce(ticket, Comlink.transfer(bitmap, [bitmap]), preparation),
        { signal: job.signal },
      );
      if (this.#job !== job || job.signal.aborted) break;
      const features = outcome.ok ? outcome.value.values.get(node) : undefined;
      if (features) this.#add(index, { features, thumb });
      else this.problem = outcome.ok ? 'The features were not at hand; try again.' : outcome.problem.message;
    }
    if (this.#job === job) this.progress = undefined;
  }

  rename(index: number, name: string): void {
    const clean = cleanName(name);
    if (this.lessons.some((lesson, i) => i !== index && lesson.name === clean)) {
      this.problem = `There is a class "${clean}" already.`;
      return;
    }
    this.problem = undefined;
    this.lessons = this.lessons.map((lesson, i) => (i === index ? { ...lesson, name: clean } : lesson));
    this.taught = undefined;
  }
  addClass(): void {
    let n = this.lessons.length + 1;
    while (this.lessons.some(({ name }) => name === `Class ${n}`)) n++;
    this.lessons = [...this.lessons, { name: `Class ${n}`, samples: [] }];
    this.taught = undefined;
  }
  removeClass(index: number): void {
    this.recording = undefined;
    this.lessons = this.lessons.filter((_, i) => i !== index);
    this.taught = undefined;
  }
  deleteSample(index: number, sample: number): void {
    this.lessons = this.lessons.map((lesson, i) =>
      i === index ? { ...lesson, samples: lesson.samples.filter((_, at) => at !== sample) } : lesson,
    );
    this.taught = undefined;
  }
  clear(index: number): void {
    this.lessons = this.lessons.map((lesson, i) => (i === index ? { ...lesson, samples: [] } : lesson));
    this.taught = undefined;
  }

  async teach(): Promise<void> {
    if (this.missing) return;
    this.recording = undefined;
    this.problem = undefined;
    const job = this.#begin();
    this.progress = { what: 'Learning', share: 0 };
    const classes = this.lessons.map(({ name, samples }) => ({
      name,
      features: samples.map(({ features }) => features),
    }));
    const outcome = await this.vision.net.client.call((calls, ticket) => calls.teach(ticket, classes), {
      signal: job.signal,
      onProgress: (what, share) => {
        if (this.#job === job) this.progress = { what, share };
      },
    });
    if (this.#job !== job) return;
    this.progress = undefined;
    if (outcome.ok) {
      this.taught = outcome.value;
      this.vision.own.use(outcome.value.head);
    } else if (outcome.problem.kind !== 'aborted') this.problem = outcome.problem.message;
  }

  cancel(): void {
    this.#job?.abort();
    this.#job = undefined;
    this.progress = undefined;
  }

  save(): void {
    const { head, net } = this.vision;
    const { origin } = net;
    if (!head || !origin) return;
    const bytes = writeHead(head, origin);
    // Read back before it goes out.
    const read = readHead(bytes, origin);
    this.problem =
      'problem' in read ? `The head is not saved, since its file would not open: ${read.problem}` : undefined;
    if (this.problem === undefined)
      saveBlob(
        fileName(`${head.classes.join('-').slice(0, 40)}-head`, 'safetensors'),
        new Blob([bytes as Uint8Array<ArrayBuffer>]),
      );
  }

  async open(file: File): Promise<void> {
    const { origin } = this.vision.net;
    if (!origin) return;
    const read = readHead(new Uint8Array(await file.arrayBuffer()), origin);
    this.problem = 'problem' in read ? read.problem : undefined;
    if ('problem' in read) return;
    this.taught = undefined;
    this.vision.own.use(read.head);
    this.enter();
  }

  #add(index: number, sample: Shown): void {
    const { origin } = this.vision.net;
    if (!origin) return;
    // Samples of another net's features cannot be mixed in.
    if (!this.#origin || !sameOrigin(this.#origin, origin)) {
      this.lessons = this.lessons.map((lesson) => ({ ...lesson, samples: [] }));
      this.#origin = origin;
    }
    this.taught = undefined;
    this.lessons = this.lessons.map((lesson, i) =>
      i === index && lesson.samples.length < mostSamples ? { ...lesson, samples: [...lesson.samples, sample] } : lesson,
    );
  }

  #begin(): AbortController {
    this.#job?.abort();
    return (this.#job = new AbortController());
  }
}
