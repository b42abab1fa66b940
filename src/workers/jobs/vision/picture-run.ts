// One run on the GPU from a picture: copied to a texture and prepared there, or on the CPU where the browser or the device cannot.
import { preparePicture, type Preparation } from '../../../graph/pictures/preprocess.ts';
import type { PlanTensor } from '../../../graph/plan/plan.ts';
import type { OpenDevice } from '../../engine/device.ts';
import type { Program, RunOptions } from '../../engine/program.ts';
import { picturePixels, type PictureSource } from '../../pictures/picture-pixels.ts';
import { PictureStage } from './picture-stage.ts';
import { StageClock, type StageTimes } from './stage-times.ts';

/** What `copyExternalImageToTexture` throws for a source that it does not take. */
const copyRefusals = new Set(['InvalidStateError', 'OperationError', 'SecurityError']);

export interface Ran {
  /** What was read. */
  readonly outputs: readonly Float32Array[];
  readonly preparedOn: 'gpu' | 'cpu';
  readonly stages: StageTimes;
}

export class PictureRun {
  private stage: { readonly open: OpenDevice; readonly stage: Promise<PictureStage> } | undefined;
  /** This browser does not copy the camera's frames to the GPU by itself: SwiftShader's does not. */
  private framesRefused = false;

  async run(
    program: Program,
    picture: PictureSource,
    preparation: Preparation,
    options: Omit<RunOptions, 'before'>,
  ): Promise<Ran> {
    const clock = new StageClock();
    const input = program.plan.inputs[0] as PlanTensor;
    const stage = await this.stageFor(program.open);
    if (!stage.takes(picture)) {
      const pixels = await picturePixels(picture);
      clock.ends('capture');
      const values = preparePicture(pixels, preparation);
      clock.ends('prepare');
      const outputs = await program.run([values], options);
      return { outputs, preparedOn: 'cpu', stages: clock.ends('net') };
    }
    const size = (input.shape[1] as number) * (input.shape[2] as number) * 16;
    const target = { buffer: program.slots[input.slot] as GPUBuffer, offset: input.offset, size };
    const through = async (source: PictureSource): Promise<Ran> => {
      clock.ends('capture');
      // Uploaded only when the run begins: one that waits must not overwrite the picture of the one before it.
      const before = (encoder: GPUCommandEncoder): void => {
        // What waits for the run before it waits for the net.
        clock.ends('net');
        stage.upload(source, preparation, target);
        stage.record(encoder);
        clock.ends('upload');
      };
      const outputs = await program.run([], { ...options, before });
      return { outputs, preparedOn: 'gpu', stages: clock.ends('net') };
    };
    if (!('copyTo' in picture && this.framesRefused)) {
      try {
        return await through(picture);
      } catch (error) {
        // A browser that cannot copy such a picture to the GPU says so with one of these; everything else is a fault of the run.
        if (!(error instanceof DOMException && copyRefusals.has(error.name)) && !(error instanceof TypeError))
          throw error;
        this.framesRefused ||= 'copyTo' in picture;
      }
    }
    return through(await picturePixels(picture));
  }

  private stageFor(open: OpenDevice): Promise<PictureStage> {
    if (this.stage?.open !== open) this.stage = { open, stage: PictureStage.create(open) };
    return this.stage.stage;
  }
}
