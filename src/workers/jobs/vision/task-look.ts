// One picture from pixels to what the net says of it by its task; a net of landmarks is shown the face that another net found.
import type { Preparation } from '../../../graph/pictures/preprocess.ts';
import { sizeOf, type PictureSource } from '../../pictures/picture-pixels.ts';
import type { FaceFinder } from './face-finder.ts';
import type { NetLook, VisionNet } from './net.ts';
import type { Look } from './protocol.ts';
import type { AskedReading } from './readings/stage.ts';
import { StageClock } from './stage-times.ts';
import type { TaskReader } from './task-reader.ts';

export class TaskLook {
  constructor(
    private readonly net: VisionNet,
    private readonly finder: FaceFinder,
    private readonly reader: TaskReader,
  ) {}

  /** The open net says more than classes. */
  get reads(): boolean {
    return this.reader.reads;
  }
  get outputs(): readonly string[] {
    return this.net.net?.graph.outputs ?? [];
  }

  /**
   * The outputs stay the reader's: the page gets copies, or none. `passing`: another picture follows, so that the GPU need not give
   * back what only other settings would ask for.
   */
  async look(
    picture: PictureSource,
    preparation: Preparation,
    { signal, passing = false }: { readonly signal?: AbortSignal; readonly passing?: boolean } = {},
  ): Promise<Omit<Look, 'seen'> & { readonly preparation: Preparation }> {
    const clock = new StageClock();
    const face = await this.finder.find(picture, signal);
    const before = face ? clock.ends('find') : {};
    if (face && !face.box) {
      const { find: ms = 0 } = before;
      const task = this.reader.nothing(face.best, face.run);
      const nothing = {
        logits: new Float32Array(),
        values: new Map<string, Float32Array>(),
        preparedOn: 'cpu' as const,
      };
      return { ...nothing, ms, run: face.run, stages: before, task, preparation, ...sizeOf(picture) };
    }
    const shown = face?.box ? { ...preparation, box: face.box } : preparation;
    const looked = await this.run(picture, shown, signal, passing);
    const decoding = new StageClock();
    const { reading, asked, ...own } = looked;
    const task = this.reader.read(own, { reading, asked, box: face?.box });
    const { decode = 0 } = decoding.ends('decode');
    const stages = { ...before, ...looked.stages, ...(task && { decode }) };
    return { ...own, stages, preparation: shown, ...(task && { task }) };
  }

  private async run(
    picture: PictureSource,
    preparation: Preparation,
    signal: AbortSignal | undefined,
    passing: boolean,
  ): Promise<NetLook & { readonly asked?: AskedReading | undefined }> {
    const reading = passing ? this.reader.asked : undefined;
    const looked = await this.net.look(picture, preparation, { signal, reading });
    if (!looked.reading || !reading || looked.reading.answer(reading.settings)) return { ...looked, asked: reading };
    // More boxes than the GPU gives back: until the settings are others, the outputs are read as a whole.
    this.reader.dense();
    return this.net.look(picture, preparation, { signal });
  }
}
