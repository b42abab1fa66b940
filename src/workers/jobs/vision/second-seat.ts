// The net beside the page's own: it is shown the very pictures that the other one answered.
import { parse } from '../../../graph/notation/parse.ts';
import { taskOf } from '../../../graph/tasks/index.ts';
import type { AnswerSettings } from '../../../graph/tasks/task.ts';
import { preparationFor, type Preparation } from '../../../graph/pictures/preprocess.ts';
import type { CallContext, JobHost } from '../../border/serve.ts';
import type { PictureSource } from '../../pictures/picture-pixels.ts';
import { NetSeat } from './net-seat.ts';
import type { Look, NetRequest, OpenedSecond, TaskRead } from './protocol.ts';
import { StageClock } from './stage-times.ts';

export class SecondSeat {
  private readonly seat: NetSeat;
  private preparation: Preparation | undefined;

  constructor(host: JobHost) {
    this.seat = new NetSeat(host, { wasm: 'wasm-second', faces: 'wasm-second-faces' }, () => undefined);
  }

  /** It is shown pictures. */
  get looks(): boolean {
    return this.preparation !== undefined;
  }

  /** Undefined: no net beside the page's own from now on. */
  async open(request: NetRequest | undefined, context: CallContext): Promise<OpenedSecond | undefined> {
    this.preparation = undefined;
    if (!request) return undefined;
    const opened = await this.seat.open(request, context);
    if (!opened.fits) throw new Error(`The weights do not fit ${request.net.name}: ${opened.mismatch[0] ?? ''}`);
    const { graph } = this.seat.net.net ?? {};
    if (!graph) throw new Error('Another net was opened meanwhile.');
    const [, height = 0, width = 0] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    const { path, weights } = opened;
    const { fit } = taskOf({ graph, architecture: parse('text' in request.net ? request.net.text : '').architecture });
    this.preparation = preparationFor([3, height, width], {
      ...(fit !== 'crop' && { fit }),
      ...weights.preparation?.preprocessing,
    });
    return { path, weights, preparation: this.preparation };
  }

  /** An answer together with this net's about the same picture, where there is one. Its raw outputs stay here. */
  async beside<L extends Pick<Look, 'stages'>>(
    look: L,
    picture: PictureSource,
    how: { readonly signal?: AbortSignal; readonly passing?: boolean } = {},
  ): Promise<L & Pick<Look, 'second'>> {
    const { preparation, seat } = this;
    if (!preparation) return look;
    const clock = new StageClock();
    const { logits, task, run, width, height } = await seat.tasks.look(picture, preparation, how);
    const { second: ms = 0 } = clock.ends('second');
    const second = { logits: task ? new Float32Array() : logits, ms, run, width, height, ...(task && { task }) };
    return { ...look, second, stages: { ...look.stages, second: ms } };
  }

  again(settings: AnswerSettings): TaskRead | undefined {
    return this.preparation && this.seat.reader.again(settings);
  }
}
