// `run NET --image FILE` or `--audio FILE`: what a net of any task makes of a photo or a sound, on WebGPU through Dawn or on the CPU reference.
import {
  geometry,
  preparationFor,
  preparePicture,
  toPicture,
  type Picture,
  type Preparation,
} from '../../graph/pictures/preprocess.ts';
import { sigmoid } from '../../graph/tasks/classify/outputs.ts';
import { outputsOf, taskOf } from '../../graph/tasks/index.ts';
import type { NetOutput, Task } from '../../graph/tasks/task.ts';
import { answerJson, answerLines, type AnswerJson, type InPicture } from '../answer.ts';
import { batchOption } from '../batch.ts';
import { executeNet, type Execution } from '../execute-net.ts';
import { gpuOptions } from '../gpu-device.ts';
import { readPicture } from '../picture.ts';
import { preparationOptions } from '../preparation-options.ts';
import { openRunnable, type NetToRun } from '../runnable.ts';
import { readSound } from '../sound.ts';
import { json, NetError, UsageError, type Given, type Verb } from '../verb.ts';

/** The JSON of `run --json`; stable. */
export interface RunJson extends AnswerJson, Omit<Execution, 'outputs'> {
  readonly net: string;
  /** Absent for classes of pictures. */
  readonly task?: Task['kind'];
  /** Of a sound: the top one of each window; the answer is of their mean. */
  readonly windows?: readonly { readonly fromSeconds: number; readonly top: AnswerJson['top'] }[];
}

export const run: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Runs a net (or a file of `quantize`) on a photo or a sound, prepared as its weights ask for, and prints what it finds: classes, boxes, a mask, points, sounds.',
  options: [
    { name: 'image', value: 'FILE', doc: 'JPEG, PNG or WebP; turned as its EXIF data say.' },
    {
      name: 'area',
      value: 'LEFT,TOP,RIGHT,BOTTOM',
      doc: 'The part of the photo that the net sees, pixels, fractions allowed: a face for a net of landmarks.',
    },
    { name: 'audio', value: 'FILE', doc: 'WAV of any rate, for nets that hear; windows cover the whole of it.' },
    {
      name: 'weights',
      value: 'FILE',
      doc: 'safetensors with the names of PyTorch Image Models; without it the net must be one whose weights ship.',
    },
    {
      name: 'top',
      value: 'N',
      range: { min: 1, max: 1000, integer: true },
      doc: 'How many classes, sounds or boxes to print; what the task usually shows when not given.',
    },
    {
      name: 'threshold',
      value: 'X',
      range: { min: 0, max: 1, integer: false },
      doc: 'Boxes with a lower score are left out; the task’s own when not given (0.3 for objects, 0.5 for faces).',
    },
    {
      name: 'labels',
      value: 'imagenet|none',
      choices: ['imagenet', 'none'],
      doc: 'Names of the classes; when not given, ImageNet’s if the weights say that they are ImageNet’s.',
    },
    {
      name: 'device',
      value: 'webgpu|cpu',
      choices: ['webgpu', 'cpu'],
      doc: 'Where the net runs; when not given, cpu if no adapter can be had.',
    },
    batchOption,
    ...preparationOptions,
    ...gpuOptions,
    json,
  ],
  async run(given, console) {
    const net = given.positionals[0] as string;
    const [image, audio] = [given.word('image'), given.word('audio')];
    if (image === undefined && audio === undefined)
      throw new UsageError('which photo or sound? Give it with --image FILE or --audio FILE.');
    const model = openRunnable(net, given);
    const task = taskOf(model);
    const seen =
      audio === undefined ? await picture(image as string, given, model, task) : sound(audio, image, model, task);
    const { outputs, ...where } = await executeNet(given, model, seen.inputs, console);
    for (const all of outputs) refuseNaN(model, all);
    for (const note of model.notes) console.err(`bottleneck run: ${note}`);
    const settings = {
      ...task.settings,
      most: given.number('top') ?? task.settings.most,
      score: given.number('threshold') ?? task.settings.score,
    };
    const labels = task.kind === 'face' ? ['face'] : model.labels;
    const read = (values: readonly Float32Array[]): AnswerJson => {
      const byNode = new Map(model.graph.outputs.map((node, i) => [node, values[i] as Float32Array]));
      const named: readonly NetOutput[] = outputsOf(model.graph, (node) => byNode.get(node) as Float32Array);
      return answerJson(task.read(model, named, settings), labels, seen.place);
    };
    const found: RunJson = {
      net: model.graph.name,
      ...where,
      ...(task.kind !== 'classify' && { task: task.kind }),
      ...read(mean(outputs, task)),
      ...(seen.hopSeconds !== undefined && {
        windows: outputs.map((all, i) => ({
          fromSeconds: i * (seen.hopSeconds ?? 0),
          top: read(all).top.slice(0, 1),
        })),
      }),
    };
    if (given.flag('json')) console.out(JSON.stringify(found, undefined, 2));
    else
      for (const line of [...head(found, model), ...seen.lines, '', ...answerLines(found, model.graph)])
        console.out(line);
    return 0;
  },
};

/** What the net is given, and how to speak of it. */
interface Seen {
  readonly inputs: readonly Float32Array[];
  readonly lines: readonly string[];
  readonly place?: InPicture;
  readonly hopSeconds?: number;
}

async function picture(file: string, given: Given, model: NetToRun, task: Task): Promise<Seen> {
  const { graph } = model;
  const [, height = 0, width = 0, channels = 0] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  if (model.architecture?.header.rate !== undefined)
    throw new UsageError(`${graph.name} hears: give a sound with --audio FILE, not a photo.`);
  const found = await readPicture(file);
  if (channels !== 3)
    throw new NetError(`${graph.name} does not take a colour picture: its input has ${channels} channels.`);
  const box = areaOf(given.word('area'), file, found);
  const preparation: Preparation = {
    ...preparationFor([3, height, width], { fit: task.fit, ...model.preprocessing }),
    ...(box && { box }),
  };
  const { area } = geometry(found, preparation);
  const back = toPicture(found, preparation);
  const place: InPicture = { back, depth: back.x(1) - back.x(0), filled: [area.width / width, area.height / height] };
  const lines = [`${file}: ${pictureLine(found, preparation)}`, `preparation: ${model.prepared}`];
  return { inputs: [preparePicture(found, preparation)], lines, place };
}

function sound(file: string, image: string | undefined, model: NetToRun, task: Task): Seen {
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

function refuseNaN({ graph }: NetToRun, outputs: readonly Float32Array[]): void {
  const bad = outputs.reduce((sum, values) => sum + values.filter((value) => !Number.isFinite(value)).length, 0);
  const count = outputs.reduce((sum, values) => sum + values.length, 0);
  if (bad > 0)
    throw new NetError(
      `${graph.name} gives ${bad} values of ${count} that are no numbers, so there is no answer: its weights or the preparation are unsound.`,
    );
}

/** One answer of all windows: the mean of what they say, of sounds the mean of their probabilities. */
function mean(windows: readonly (readonly Float32Array[])[], task: Task): readonly Float32Array[] {
  const [first = []] = windows;
  if (windows.length === 1) return first;
  const [to, from] = task.kind === 'listen' ? ([sigmoid, logit] as const) : ([same, same] as const);
  return first.map((values, output) =>
    values.map((_, i) => from(windows.reduce((sum, all) => sum + to(all[output]?.[i] as number), 0) / windows.length)),
  );
}
const same = (value: number): number => value;
const logit = (share: number): number => Math.log(share / (1 - share));

function head(found: RunJson, { source }: NetToRun): string[] {
  const { adapter } = found;
  const where = adapter
    ? `${adapter.description || adapter.vendor} (WebGPU${adapter.software ? ' on a CPU adapter' : ''})`
    : 'the CPU reference';
  return [
    `${found.net} on ${where}: ${found.ms.toFixed(1)} ms${found.batch > 1 ? ` for ${found.batch} copies together, ${(found.ms / found.batch).toFixed(1)} ms each` : ''}`,
    `weights: ${source}`,
  ];
}

function pictureLine(picture: Picture, preparation: Preparation): string {
  const { width, height, area } = geometry(picture, preparation);
  const { fit = 'crop', interpolation, mean, std, size, box } = preparation;
  const three = (values: readonly number[]): string =>
    new Set(values).size === 1 ? String(values[0]) : values.join(', ');
  const part = box ? `, the part ${box.join(', ')}` : '';
  const placed =
    fit === 'crop'
      ? `, centre ${area.width}×${area.height}`
      : fit === 'pad'
        ? `, grey beside it to ${size[1]}×${size[0]}`
        : ', stretched';
  return `${picture.width}×${picture.height}${part}, ${interpolation} to ${width}×${height}${placed}, mean ${three(mean)}, std ${three(std)}`;
}
