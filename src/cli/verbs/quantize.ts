// `quantize NET --images DIR --out FILE`: calibrates a net on pictures and stores it in integers, as much of it as holds the target.
import { calibrate } from '../../graph/quant/calibrate.ts';
import { agreementOf, type Agreement } from '../../graph/quant/compare.ts';
import { equalize } from '../../graph/quant/equalize.ts';
import { readQuantized, writeQuantized } from '../../graph/quant/file.ts';
import { parse } from '../../graph/notation/parse.ts';
import { layerId } from '../../graph/quant/layers.ts';
import { calibrationMethods, type CalibrationMethod } from '../../graph/quant/observers.ts';
import { quantizeNet, type QuantizedNet, type Recipe } from '../../graph/quant/quantize.ts';
import { partialQuantization, rankLayers, type Sensitivity, type Subject } from '../../graph/quant/sensitivity.ts';
import { taskOf } from '../../graph/tasks/index.ts';
import { namesClasses } from '../../graph/tasks/task.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import { elements } from '../../gpu-kernels/op.ts';
import { logitsOf, runnerOf } from '../../workers/jobs/quantize/run.ts';
import { openWhere, whereOptions } from '../gpu-device.ts';
import { findPictures } from '../picture.ts';
import { givenPreparation, preparationOptions } from '../preparation-options.ts';
import { namesModelFile } from '../imported.ts';
import { outputsAgree, type OutputAgreement } from '../outputs-agree.ts';
import { openFloat, readInputs } from '../quantized.ts';
import { refuseQuantized } from '../source.ts';
import { decibels, textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Console, type Given, type Verb } from '../verb.ts';

/** Pictures used for calibration at most; the rest of the folder is left alone. */
const mostPictures = 64;

export const quantize: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Calibrates a net on pictures, quantizes it to int8 and stores it; `run`, `profile` and `compare` take the result.',
  options: [
    {
      name: 'images',
      value: 'DIR',
      doc: `Folder of JPEG, PNG or WebP pictures; folders inside are opened, the first ${mostPictures} by path are used.`,
    },
    { name: 'out', value: 'FILE', writes: ['.safetensors'], doc: 'Where the quantized net goes (safetensors).' },
    {
      name: 'weights',
      value: 'FILE',
      doc: 'safetensors of the float net; without it the net must be one whose weights ship.',
    },
    {
      name: 'calibration',
      value: calibrationMethods.join('|'),
      choices: calibrationMethods,
      doc: 'How a tensor’s range is chosen.',
    },
    { name: 'per-tensor', doc: 'One scale for all of a layer’s weights; without it one an output channel.' },
    { name: 'equalize', doc: 'Even out the weights of neighbouring layers first (cross-layer equalisation).' },
    { name: 'sensitivity', doc: 'Quantize one layer at a time and rank them.' },
    {
      name: 'target',
      value: 'X',
      range: { min: 0, max: 1, integer: false },
      doc: 'Keep as few of the worst layers in float as needed for this share of equal first answers.',
    },
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    ...preparationOptions,
    ...whereOptions,
    json,
  ],
  async run(given, console) {
    try {
      return await quantizeAndSave(given, console);
    } catch (error) {
      // Scales that no fixed-point multiplier joins, sums that leave int32.
      if (!(error instanceof RangeError) || /allocation|array length|buffer/i.test(error.message)) throw error;
      throw new NetError(
        `${given.positionals[0] as string} cannot be quantized: ${error.message}. Some of its weights are out of all proportion; look for outliers in the file.`,
      );
    }
  },
};

async function quantizeAndSave({ positionals, word, flag, number, output }: Given, console: Console): Promise<number> {
  const images = word('images');
  if (images === undefined) throw new UsageError('which pictures? Give a folder with --images DIR.');
  const found = findPictures(images);
  const out = output('out');
  if (namesModelFile(positionals[0] as string))
    throw new UsageError(
      `"${positionals[0] as string}" is a model file: a file of "quantize" holds a net's text, which it has none of.`,
    );
  refuseQuantized(positionals[0] as string);
  const opened = openFloat(positionals[0] as string, word('weights'), {
    input: number('input'),
    preparation: givenPreparation({ word, number }),
    note: (sentence) => console.err(`bottleneck quantize: ${sentence}`),
    assumed: (sentence) => {
      if (!flag('json')) console.out(sentence);
    },
  });
  const { net: plain, facts } = opened;
  const target = number('target');
  const { architecture } = parse(facts.architecture);
  const task = taskOf({ graph: plain.graph, architecture });
  if (target !== undefined && !namesClasses(task.kind))
    throw new UsageError(
      `--target counts equal first answers, and ${facts.name} gives none: it is a net for “${task.title}”; leave it away.`,
    );
  const float32Bytes = 4 * graphParams(plain.graph).reduce((sum, { shape }) => sum + elements(shape), 0);
  out.reserve(float32Bytes);
  const {
    files,
    leftOut,
    inputs: [inputs = []],
  } = await readInputs(found, [opened], console, mostPictures);
  const open = await openWhere(word);
  const folded = flag('equalize') ? equalize(plain) : plain;
  const method = (word('calibration') ?? calibrationMethods[0]) as CalibrationMethod;
  const ids = [
    ...new Set(folded.program.steps.flatMap((step) => [...step.inputs, ...step.outputs].map(({ id }) => id))),
  ];
  const watched = await runnerOf(
    { kind: 'float', net: folded },
    open,
    ids.filter((id) => !id.includes('#')),
  );
  const calibration = await calibrate(folded, (input) => watched.run(input), inputs, {
    histograms: method !== 'max' && method !== 'average',
  });
  watched.end();
  const recipe: Recipe = {
    calibration: method,
    pictures: files.length,
    perChannel: !flag('per-tensor'),
    equalized: flag('equalize'),
    float: [],
  };
  const subject: Subject = {
    folded,
    ranges: calibration.ranges(method),
    recipe,
    reference: await logitsOf({ kind: 'float', net: plain }, open, inputs),
    evaluate: (net) => logitsOf({ kind: 'int8', net }, open, inputs),
  };
  const ranking = flag('sensitivity') || target !== undefined ? await rankLayers(subject) : [];
  let net = quantizeNet(folded, subject.ranges, recipe);
  let agreement: Agreement = agreementOf(subject.reference, await subject.evaluate(net));
  let met = target === undefined || agreement.top1 >= target;
  if (target !== undefined && !met) {
    const partial = await partialQuantization(
      subject,
      ranking.map(({ layer }) => layer),
      target,
    );
    ({ net, agreement, met } = partial);
  }
  const outputs = namesClasses(task.kind) ? undefined : await outputsAgree(plain, net, open, inputs);
  open?.device.destroy();
  const bytes = writeQuantized(net, facts);
  out.save(bytes, readQuantized);
  if (flag('json'))
    console.out(
      JSON.stringify(
        {
          net: facts.name,
          out: out.path,
          bytes: bytes.length,
          float32Bytes,
          recipe: net.recipe,
          leftOut,
          ...(outputs ? { outputs } : { agreement }),
          met,
          ranking,
        },
        undefined,
        2,
      ),
    );
  else
    for (const line of report(net, facts.name, out.path, bytes.length, float32Bytes, outputs ?? agreement, ranking))
      console.out(line);
  if (met) return 0;
  console.err(
    `bottleneck quantize: the target of ${target as number} is not met even with all layers in float; use more or other pictures.`,
  );
  return 1;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const agreementLines = (found: Agreement | readonly OutputAgreement[]): readonly string[] =>
  'top1' in found
    ? [
        `on these pictures: first answer equal on ${percent(found.top1)}, ${percent(found.top5)} of the first five shared, logits ${decibels(found.logitsSqnrDb)}`,
      ]
    : found.map(
        ({ name, sqnrDb, inFloat }) =>
          `on these pictures: ${name} ${decibels(sqnrDb ?? Infinity)} against float${inFloat === undefined ? '' : `, its last layer in float: ${inFloat}`}`,
      );

function report(
  net: QuantizedNet,
  name: string,
  out: string,
  bytes: number,
  float32Bytes: number,
  agreement: Agreement | readonly OutputAgreement[],
  ranking: readonly Sensitivity[],
): string[] {
  const integers = net.program.steps.length - net.floatLayers.size;
  return [
    `${name}: ${integers} of ${net.program.steps.length} layers in int8, ${net.recipe.perChannel ? 'weights per channel' : 'weights per tensor'}, ${net.recipe.calibration}, ${net.recipe.pictures} pictures`,
    `${out}: ${(bytes / 1e6).toFixed(2)} MB, ${(bytes / float32Bytes).toFixed(3)} of float32 (${(float32Bytes / 1e6).toFixed(2)} MB)`,
    ...agreementLines(agreement),
    ...[...net.floatLayers].map(([id, why]) => `in float: ${id}: ${why}`),
    ...(ranking.length === 0
      ? []
      : [
          '',
          ...textTable(
            [
              { title: '#', right: true },
              { title: 'layer quantized alone' },
              { title: 'op' },
              { title: 'logits', right: true },
              { title: 'top-1', right: true },
            ],
            ranking.map(({ layer, agreement: own }, i) => [
              String(i + 1),
              layer,
              net.program.steps.find((step) => layerId(step) === layer)?.family ?? '',
              decibels(own.logitsSqnrDb),
              percent(own.top1),
            ]),
          ),
        ]),
  ];
}
