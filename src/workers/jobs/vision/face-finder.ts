// Finds the face that a net of landmarks is shown: a second net, of faces, that runs on every picture before it.
import { parse } from '../../../graph/notation/parse.ts';
import { preparationFor, toPicture, type Preparation, type SourceBox } from '../../../graph/pictures/preprocess.ts';
import { outputsOf, taskOf } from '../../../graph/tasks/index.ts';
import { cropAround, surest } from '../../../graph/tasks/landmarks/crop.ts';
import type { Task, TaskNet } from '../../../graph/tasks/task.ts';
import { sizeOf, type PictureSource } from '../../pictures/picture-pixels.ts';
import { pictureGraph } from '../../pictures/picture-graph.ts';
import type { Checkpoints } from '../../weights/checkpoints.ts';
import { fit, preparationOf } from '../../weights/source.ts';
import type { VisionNet } from './net.ts';
import type { NetRequest } from './protocol.ts';

type Finder = NonNullable<NetRequest['finder']>;

interface Opened {
  readonly url: string;
  readonly net: TaskNet;
  readonly task: Task;
  readonly preparation: Preparation;
}

export interface FoundFace {
  /** Undefined where no face was found. */
  readonly box?: SourceBox;
  /** The highest score of all. */
  readonly best: number;
  readonly run: number;
}

export class FaceFinder {
  private opened: Opened | undefined;
  private factor = 1;

  constructor(
    private readonly net: VisionNet,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** Undefined: faces are not looked for. The net of faces stays loaded between two nets that need it. */
  async open(
    finder: Finder | undefined,
    { factor, way, signal }: { factor: number; way: NetRequest['way']; signal: AbortSignal },
  ): Promise<void> {
    if (!finder) {
      this.opened = undefined;
      return;
    }
    const { net, weights } = finder;
    this.factor = factor;
    const url = `${weights.url} ${way ?? ''}`;
    if (this.opened?.url === url) return;
    const graph = pictureGraph(net);
    const checkpoint = await this.checkpoints.get(weights);
    const fitted = fit(checkpoint, graph);
    if ('mismatch' in fitted) throw new Error('The weights of the net that finds faces do not fit it.');
    await this.net.load(graph, fitted.params, { keep: [], way, signal });
    const { architecture } = parse(net.text);
    const task = taskOf({ graph, architecture });
    const own = preparationOf(checkpoint, fitted.params, { architecture, name: net.name }, weights);
    const preparation = preparationFor(architecture.header.input, { fit: task.fit, ...own?.preprocessing });
    this.opened = { url, net: { graph, architecture }, task, preparation };
  }

  /** Undefined while faces are not looked for. */
  async find(picture: PictureSource, signal?: AbortSignal): Promise<FoundFace | undefined> {
    const { opened } = this;
    if (!opened) return undefined;
    const { net, task, preparation } = opened;
    const { settings } = task;
    let look = await this.net.look(picture, preparation, { signal, reading: { task, net, settings } });
    let answer = look.reading?.answer(settings);
    if (!answer) {
      // More faces than the GPU gives back.
      if (look.reading) look = await this.net.look(picture, preparation, { signal });
      const [first] = net.graph.outputs;
      const outputs = outputsOf(net.graph, (node) =>
        node === first ? look.logits : (look.values.get(node) as Float32Array),
      );
      answer = task.read(net, outputs, settings);
    }
    const best = answer.kind === 'boxes' ? answer.best : 0;
    const face = surest(answer);
    const { run } = look;
    if (!face) return { best, run };
    const place = toPicture(sizeOf(picture), preparation);
    const [left, top, right, bottom] = face.box;
    const box = cropAround([place.x(left), place.y(top), place.x(right), place.y(bottom)], this.factor);
    return { box, best, run };
  }
}
