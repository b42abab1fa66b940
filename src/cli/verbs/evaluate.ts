// `evaluate NET --images DIR`: how right a net's answers are on a labelled folder: accuracy, mean average precision or mean intersection over union.
import { preparationFor, preparePicture, toPicture } from '../../graph/pictures/preprocess.ts';
import { outputsOf, taskOf } from '../../graph/tasks/index.ts';
import { Judge, judgedSettings, truthOf, type Judgement } from '../../graph/tasks/truth/judge.ts';
import { NetRunner } from '../execute-net.ts';
import { gpuOptions } from '../gpu-device.ts';
import { findPictures, leftOutText, readPicture } from '../picture.ts';
import { preparationOptions } from '../preparation-options.ts';
import { openRunnable } from '../runnable.ts';
import { findTruth } from '../truth.ts';
import { textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** The JSON of `evaluate --json`; stable. */
export interface EvaluateJson {
  readonly net: string;
  readonly pictures: number;
  /** Pictures with a truth. */
  readonly judged: number;
  readonly verdict: Judgement;
  /** Of masks: the class of each figure of `iou`. */
  readonly labels?: readonly string[];
}

/** Pictures that are prepared before the net is loaded for them. */
const chunk = 32;

export const evaluate: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Runs a net on a labelled folder: top-1 and top-5 of folders named by class, COCO’s twelve figures of boxes, mean IoU of masks.',
  options: [
    { name: 'images', value: 'DIR', doc: 'Folder of JPEG, PNG or WebP pictures; folders inside are opened.' },
    {
      name: 'truth',
      value: 'FILE|DIR',
      doc: 'COCO’s JSON of boxes, or a folder of PNG masks with the names of the photos (palette, grey or Pascal VOC’s colours); when not given, looked for in --images. Classes are the names of folders.',
    },
    { name: 'weights', value: 'FILE', doc: 'safetensors; without it the net must be one whose weights ship.' },
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
    ...preparationOptions,
    ...gpuOptions,
    json,
  ],
  async run(given, console) {
    const folder = given.word('images');
    if (folder === undefined) throw new UsageError('which pictures? Give a labelled folder with --images DIR.');
    const model = openRunnable(given.positionals[0] as string, given);
    const { graph } = model;
    const task = taskOf(model);
    const wanted = truthOf(task);
    if (wanted === undefined)
      throw new UsageError(
        `${graph.name} is a net for “${task.title}”: folders are judged for classes, boxes and masks.`,
      );
    const found = findPictures(folder);
    const truth = findTruth(wanted, found.files, {
      given: given.word('truth'),
      folder,
      labels: model.labels ?? (task.kind === 'face' ? ['face'] : []),
    });
    for (const note of [...model.notes, ...truth.notes]) console.err(`bottleneck evaluate: ${note}`);
    const judged = truth.photos;
    if (judged.length === 0) throw new UsageError(`no picture of "${folder}" has a truth: ${truth.hint}.`);
    const [, height = 0, width = 0] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    const preparation = preparationFor([3, height, width], { fit: task.fit, ...model.preprocessing });
    const judge = new Judge();
    const settings = judgedSettings(task);
    const runner = new NetRunner('evaluate', given, console);
    for (let from = 0; from < judged.length; from += chunk) {
      const files = judged.slice(from, from + chunk);
      const pictures = [];
      for (const file of files) {
        const picture = await readPicture(file);
        pictures.push({ file, back: toPicture(picture, preparation), input: preparePicture(picture, preparation) });
      }
      const { outputs } = await runner.run(
        model,
        pictures.map(({ input }) => input),
      );
      for (const [i, { file, back }] of pictures.entries()) {
        const values = new Map(graph.outputs.map((node, at) => [node, outputs[i]?.[at] as Float32Array]));
        const named = outputsOf(graph, (node) => values.get(node) as Float32Array);
        if (named.some((output) => output.values.some(Number.isNaN)))
          throw new NetError(
            `${graph.name} gives values that are no numbers for ${file}: its weights or the preparation are unsound.`,
          );
        judge.add(await truth.of(file), task.read(model, named, settings), back);
      }
    }
    await runner.close();
    const { verdict } = judge;
    if (!verdict) throw new NetError(`${graph.name} gave no answer that can be judged.`);
    const said: EvaluateJson = {
      net: graph.name,
      pictures: found.files.length,
      judged: judge.judged,
      verdict,
      ...(verdict.metric === 'mIoU' && {
        labels: verdict.iou.map((_, index) => model.labels?.[index] ?? String(index)),
      }),
    };
    if (given.flag('json')) console.out(JSON.stringify(said, undefined, 2));
    else for (const line of lines(said)) console.out(line);
    if (found.leftOut.length > 0 && !given.flag('json') && wanted === 'class')
      console.err(`bottleneck evaluate: ${leftOutText(folder, found.leftOut, found.hidden)}.`);
    return 0;
  },
};

const percent = (share: number): string => (share < 0 ? '–' : `${(100 * share).toFixed(2)} %`);

function lines({ net, judged, pictures, verdict, labels = [] }: EvaluateJson): readonly string[] {
  const head = `${net} on ${judged} pictures with a truth${pictures > judged ? ` of ${pictures}` : ''}`;
  const right = true;
  switch (verdict.metric) {
    case 'accuracy':
      return [head, `top-1 ${percent(verdict.top1)}`, `top-5 ${percent(verdict.top5)}`];
    case 'mAP':
      return [head, ...Object.entries(verdict.figures).map(([name, value]) => `${name.padEnd(6)} ${percent(value)}`)];
    case 'mIoU':
      return [
        head,
        `mean IoU ${percent(verdict.miou)}, pixels right ${percent(verdict.pixelAccuracy)}`,
        '',
        ...textTable(
          [{ title: 'class' }, { title: 'IoU', right }],
          verdict.iou.flatMap((value, i) => (value === null ? [] : [[labels[i] ?? String(i), percent(value)]])),
        ),
      ];
  }
}
