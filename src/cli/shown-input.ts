// What `run` gives a net of a photo or a sound, prepared as its weights ask for, and how to speak of it.
import {
  geometry,
  preparationFor,
  preparePicture,
  toPicture,
  type Picture,
  type Preparation,
} from '../graph/pictures/preprocess.ts';
import type { Task } from '../graph/tasks/task.ts';
import type { InPicture } from './answer.ts';
import type { NetRunner } from './execute-net.ts';
import { findFace, type FaceToShow } from './find-face.ts';
import { colourInput, readPicture } from './picture.ts';
import type { NetToRun } from './runnable.ts';
import { readSound } from './sound.ts';
import { UsageError, type Given } from './verb.ts';

/** What the net is given, and how to speak of it. */
export interface ShownInput {
  /** None where the face that the net is to be shown was not found. */
  readonly inputs: readonly Float32Array[];
  readonly lines: readonly string[];
  readonly place?: InPicture;
  readonly hopSeconds?: number;
  /** Of a net of landmarks, where the user did not say which part of the photo it sees. */
  readonly face?: FaceToShow;
}

export async function photoShown(
  file: string,
  given: Given,
  model: NetToRun,
  task: Task,
  runner: NetRunner,
): Promise<ShownInput> {
  const { graph } = model;
  if (model.architecture?.header.rate !== undefined)
    throw new UsageError(`${graph.name} hears: give a sound with --audio FILE, not a photo.`);
  const found = await readPicture(file);
  const [, height, width] = colourInput(graph);
  const area = areaOf(given.word('area'), file, found);
  const face = task.kind === 'landmarks' && !area ? await findFace(found, graph, given, runner) : undefined;
  const box = area ?? face?.box;
  const preparation: Preparation = {
    ...preparationFor([3, height, width], { fit: task.fit, ...model.preprocessing }),
    ...(box && { box }),
  };
  const { area: filled } = geometry(found, preparation);
  const back = toPicture(found, preparation);
  const place: InPicture = {
    back,
    depth: back.x(1) - back.x(0),
    filled: [filled.width / width, filled.height / height],
  };
  if (face && !face.box) return { inputs: [], lines: [`${file}: ${found.width}×${found.height}`], place, face };
  const lines = [
    `${file}: ${pictureLine(found, preparation)}`,
    ...(face ? [`face: found by BlazeFace, score ${(100 * face.score).toFixed(2)} %`] : []),
    `preparation: ${model.prepared}`,
  ];
  return { inputs: [preparePicture(found, preparation)], lines, place, ...(face && { face }) };
}

export function soundShown(file: string, image: string | undefined, model: NetToRun, task: Task): ShownInput {
  const { graph, architecture } = model;
  if (image !== undefined) throw new UsageError('a net hears or sees: give --image or --audio.');
  const rate = architecture?.header.rate;
  if (rate === undefined)
    throw new UsageError(`${graph.name} does not hear: its text has no “rate”; give --image FILE.`);
  const length = graph.facts.get(graph.inputs[0] ?? '')?.shape[2] ?? 0;
  const heard = readSound(file, task, length, rate);
  const seconds = heard.sound.samples.length / heard.sound.rate;
  return {
    inputs: heard.windows,
    hopSeconds: heard.hop / rate,
    lines: [
      `${file}: ${seconds.toFixed(2)} s at ${heard.sound.rate} Hz, heard at ${rate} Hz in ${heard.windows.length} windows of ${(length / rate).toFixed(2)} s`,
    ],
  };
}

function areaOf(
  word: string | undefined,
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): Preparation['box'] | undefined {
  if (word === undefined) return undefined;
  const values = word.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [left = NaN, top = NaN, right = NaN, bottom = NaN] = values;
  if (values.length !== 4 || !values.every(Number.isFinite) || right <= left || bottom <= top)
    throw new UsageError(`--area must be left, top, right and bottom in pixels, such as 10,20,110,120, not "${word}".`);
  if (left < 0 || top < 0 || right > width || bottom > height)
    throw new UsageError(
      `--area ${word} reaches beyond ${file}, which is ${width}×${height} pixels; give a part of it, at most 0,0,${width},${height}.`,
    );
  return [left, top, right, bottom];
}

function pictureLine(picture: Picture, preparation: Preparation): string {
  const { width, height, area } = geometry(picture, preparation);
  const { fit = 'crop', interpolation, mean, std, size, box } = preparation;
  const three = (values: readonly number[]): string =>
    new Set(values).size === 1 ? String(values[0]) : values.join(', ');
  const part = box ? `, the part ${box.map((value) => Math.round(10 * value) / 10).join(', ')}` : '';
  const placed =
    fit === 'crop'
      ? `, centre ${area.width}×${area.height}`
      : fit === 'pad'
        ? `, grey beside it to ${size[1]}×${size[0]}`
        : ', stretched';
  return `${picture.width}×${picture.height}${part}, ${interpolation} to ${width}×${height}${placed}, mean ${three(mean)}, std ${three(std)}`;
}
