// `run NET --image FILE`: classifies a photo with real weights, on WebGPU through Dawn or on the CPU reference.
import { firstRate } from '../../graph/plan/schedule.ts';
import { topAnswers } from '../../graph/tasks/classify/labels.ts';
import {
  outputCount,
  outputKind,
  sigmoid,
  unnamedSentence,
  type OutputKind,
} from '../../graph/tasks/classify/outputs.ts';
import {
  geometry,
  preparationFor,
  preparePicture,
  type Picture,
  type Preparation,
} from '../../graph/pictures/preprocess.ts';
import type { AdapterIdentity, OpenDevice } from '../../workers/engine/device.ts';
import { Program } from '../../workers/engine/program.ts';
import { batchOption } from '../batch.ts';
import { gpuOptions, openGpu } from '../gpu-device.ts';
import { readPicture } from '../picture.ts';
import { preparationOptions } from '../preparation-options.ts';
import { textTable } from '../text-table.ts';
import { openRunnable, type NetToRun } from '../runnable.ts';
import { json, NetError, UsageError, type Console, type Given, type Verb } from '../verb.ts';

/** The JSON of `run --json`; stable. */
export interface RunJson {
  readonly net: string;
  readonly device: 'webgpu' | 'cpu';
  /** Null on the CPU. */
  readonly adapter: Pick<AdapterIdentity, 'vendor' | 'architecture' | 'description' | 'software'> | null;
  /** One inference, input in JS to logits in JS; on WebGPU the second one, since the first also warms up. */
  readonly ms: number;
  /** Copies of the photo that one run took together (`--batch`): `ms` is of all of them. */
  readonly batch: number;
  /** Absent for classes; `one`: a single logit; `features`: the net has no classifier. */
  readonly output?: Exclude<OutputKind, 'classes'>;
  /** The most probable first; the largest first for features. `label` is null where it is not known what the classes are. */
  readonly top: readonly {
    readonly index: number;
    readonly label: string | null;
    /** Of a class, or the sigmoid of one logit; null for a feature. */
    readonly probability: number | null;
    /** The logit or the feature, where it is no class among others. */
    readonly value?: number;
  }[];
}

export const run: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Classifies a photo: prepares it as the weights ask for, runs the net (or a file of `quantize`) and prints the most probable classes.',
  options: [
    { name: 'image', value: 'FILE', doc: 'JPEG, PNG or WebP; turned as its EXIF data say.' },
    {
      name: 'weights',
      value: 'FILE',
      doc: 'safetensors with the names of PyTorch Image Models; without it the net must be one whose weights ship.',
    },
    {
      name: 'top',
      value: 'N',
      range: { min: 1, max: 1000, integer: true },
      doc: 'How many classes to print; 5 when not given.',
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
    const image = given.word('image');
    if (image === undefined) throw new UsageError('which photo? Give it with --image FILE.');
    const net = given.positionals[0] as string;
    const model = openRunnable(net, given);
    const { graph } = model;
    const picture = await readPicture(image);
    const [, height, width, channels] = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
    if (channels !== 3)
      throw new NetError(`${graph.name} does not take a colour picture: its input has ${channels ?? 0} channels.`);
    const preparation = preparationFor([3, height as number, width as number], model.preprocessing);
    const input = preparePicture(picture, preparation);
    const { logits, ...where } = await execute(given, model, input, console);
    const bad = logits.filter((value) => !Number.isFinite(value)).length;
    if (bad > 0)
      throw new NetError(
        `${graph.name} gives ${bad} values of ${logits.length} that are no numbers, so there is no answer: its weights or the preparation are unsound.`,
      );
    for (const note of model.notes) console.err(`bottleneck run: ${note}`);
    const kind = outputKind(graph);
    const found: RunJson = {
      net: graph.name,
      ...where,
      ...(kind !== 'classes' && { output: kind }),
      top: topOf(kind, logits, given.number('top') ?? 5, model.labels),
    };
    if (given.flag('json')) console.out(JSON.stringify(found, undefined, 2));
    else for (const line of report(found, model, image, picture, preparation)) console.out(line);
    return 0;
  },
};

function topOf(
  kind: OutputKind,
  outputs: Float32Array,
  count: number,
  labels: readonly string[] | undefined,
): RunJson['top'] {
  if (kind === 'classes')
    return topAnswers(outputs, count).map(({ index, probability }) => ({
      index,
      label: labels?.[index] ?? null,
      probability,
    }));
  return Array.from(outputs.keys())
    .sort((a, b) => (outputs[b] as number) - (outputs[a] as number) || a - b)
    .slice(0, count)
    .map((index) => {
      const value = outputs[index] as number;
      return { index, label: labels?.[index] ?? null, probability: kind === 'one' ? sigmoid(value) : null, value };
    });
}

type Execution = Omit<RunJson, 'net' | 'top'> & { readonly logits: Float32Array };

async function execute(given: Given, model: NetToRun, one: Float32Array, console: Console): Promise<Execution> {
  const device = given.word('device');
  const batch = given.number('batch') ?? 1;
  if (device === 'cpu') {
    if (given.word('adapter') !== undefined || given.word('precision') !== undefined) {
      throw new UsageError('--adapter and --precision belong to --device webgpu.');
    }
    return onCpu(model, one, batch);
  }
  let open: OpenDevice;
  try {
    open = await openGpu(given.word('adapter'));
  } catch (error) {
    if (device === 'webgpu' || given.word('adapter') !== undefined || !(error instanceof UsageError)) throw error;
    console.err(`bottleneck run: on the CPU reference, since there is no WebGPU adapter: ${error.message}`);
    return onCpu(model, one, batch);
  }
  let loaded: ReturnType<NetToRun['load']>;
  try {
    loaded = model.load(open, batch);
  } catch (error) {
    if (device === 'webgpu' || !(error instanceof NetError)) throw error;
    console.err(`bottleneck run: on the CPU reference, since the kernels do not take this net: ${error.message}`);
    open.device.destroy();
    return onCpu(model, one, batch);
  }
  const { plan, tensors } = loaded;
  const input = new Float32Array(batch * one.length);
  for (let i = 0; i < batch; i++) input.set(one, i * one.length);
  const program = await Program.load(open, plan, tensors, {
    rate: firstRate(open.adapter.software),
  });
  await program.run([input]);
  const started = performance.now();
  const [all] = await program.run([input]);
  const ms = performance.now() - started;
  program.destroy();
  open.device.destroy();
  const { vendor, architecture, description, software } = open.adapter;
  return {
    device: 'webgpu',
    adapter: { vendor, architecture, description, software },
    ms,
    batch,
    logits: (all as Float32Array).slice(0, (all as Float32Array).length / batch),
  };
}

function onCpu(model: NetToRun, input: Float32Array, batch: number): Execution {
  if (batch > 1) throw new UsageError('--batch is for --device webgpu; the CPU reference takes one input a run.');
  const started = performance.now();
  const logits = model.reference(input);
  return { device: 'cpu', adapter: null, ms: performance.now() - started, batch, logits };
}

function report(
  found: RunJson,
  { source, graph, prepared }: NetToRun,
  image: string,
  picture: Picture,
  preparation: Preparation,
): string[] {
  const { adapter } = found;
  const where = adapter
    ? `${adapter.description || adapter.vendor} (WebGPU${adapter.software ? ' on a CPU adapter' : ''})`
    : 'the CPU reference';
  const { width, height, area } = geometry(picture, preparation);
  const three = (values: readonly number[]): string =>
    new Set(values).size === 1 ? String(values[0]) : values.join(', ');
  return [
    `${found.net} on ${where}: ${found.ms.toFixed(1)} ms${found.batch > 1 ? ` for ${found.batch} copies together, ${(found.ms / found.batch).toFixed(1)} ms each` : ''}`,
    `weights: ${source}`,
    `${image}: ${picture.width}×${picture.height}, ${preparation.interpolation} to ${width}×${height}, centre ${area.width}×${area.height}, mean ${three(preparation.mean)}, std ${three(preparation.std)}`,
    `preparation: ${prepared}`,
    '',
    ...answerTable(found),
    ...(found.top.every(({ label }) => label === null)
      ? ['', unnamedSentence(found.output ?? 'classes', outputCount(graph))]
      : []),
  ];
}

function answerTable({ output, top }: RunJson): string[] {
  const percent = (probability: number | null): string => `${(100 * (probability ?? 0)).toFixed(2)} %`;
  const right = true;
  if (output === 'features')
    return textTable(
      [
        { title: 'feature', right },
        { title: 'value', right },
      ],
      top.map(({ index, value }) => [String(index), (value ?? 0).toFixed(4)]),
    );
  if (output === 'one')
    return textTable(
      [{ title: 'logit', right }, { title: 'sigmoid', right }, { title: 'label' }],
      top.map(({ value, probability, label }) => [(value ?? 0).toFixed(4), percent(probability), label ?? '–']),
    );
  return textTable(
    [{ title: 'class', right }, { title: 'probability', right }, { title: 'label' }],
    top.map(({ index, label, probability }) => [String(index), percent(probability), label ?? '–']),
  );
}
