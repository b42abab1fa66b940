// `run NET --image FILE` or `--audio FILE`: what a net of any task makes of a photo or a sound, on WebGPU through Dawn or on the CPU reference.
import { outputsOf, taskOf } from '../../graph/tasks/index.ts';
import { sigmoid, type NetOutput, type Task } from '../../graph/tasks/task.ts';
import { answerJson, answerLines, type AnswerJson } from '../answer.ts';
import { batchOption } from '../batch.ts';
import { NetRunner, type Execution } from '../execute-net.ts';
import { gpuOptions } from '../gpu-device.ts';
import { preparationOptions } from '../preparation-options.ts';
import { openRunnable, type NetToRun } from '../runnable.ts';
import { soundShown, photoShown } from '../shown-input.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** What is said where there is no face to show the net. */
const noFace: AnswerJson = { output: 'points', top: [], points: [], presence: null };

/** The JSON of `run --json`; stable. */
export interface RunJson extends AnswerJson, Omit<Execution, 'outputs'> {
  readonly net: string;
  /** Absent for classes of pictures. */
  readonly task?: Task['kind'];
  /** Of landmarks without `--area`: how sure BlazeFace is, and the square of the photo that the net saw; null where no face was found. */
  readonly face?: { readonly score: number; readonly area: readonly number[] | null };
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
      doc: 'The part of the photo that the net sees, pixels, fractions allowed; when not given, the whole, and for a net of landmarks the face that BlazeFace finds.',
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
    const runner = new NetRunner('run', given, console);
    const seen =
      audio === undefined
        ? await photoShown(image as string, given, model, task, runner)
        : soundShown(audio, image, model, task);
    const { face } = seen;
    const { outputs, ...where } = await runner.run(model, seen.inputs, given.number('batch'));
    await runner.close();
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
      ...(face && { face: { score: face.score, area: face.box ?? null } }),
      ...(outputs.length > 0 ? read(mean(outputs, task)) : noFace),
      ...(seen.hopSeconds !== undefined && {
        windows: outputs.map((all, i) => ({
          fromSeconds: i * (seen.hopSeconds ?? 0),
          top: read(all).top.slice(0, 1),
        })),
      }),
    };
    if (given.flag('json')) console.out(JSON.stringify(found, undefined, 2));
    else if (face && !face.box)
      for (const line of [
        ...seen.lines,
        '',
        `no face was found, so the net saw nothing: BlazeFace’s best score is ${(100 * face.score).toFixed(2)} %; --area LEFT,TOP,RIGHT,BOTTOM shows the net a part of the photo`,
      ])
        console.out(line);
    else
      for (const line of [...head(found, model), ...seen.lines, '', ...answerLines(found, model.graph)])
        console.out(line);
    return 0;
  },
};

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
