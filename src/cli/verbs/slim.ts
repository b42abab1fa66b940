// `slim NET --images DIR --to 0.8`: channels and blocks out of a net with its weights, and the layers behind fitted again on pictures.
import { preparationFor, type Picture } from '../../graph/pictures/preprocess.ts';
import { accounting } from '../../graph/cost/cost.ts';
import { readSafetensors } from '../../graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../graph/formats/safetensors/write.ts';
import type { InferredGraph, Params } from '../../graph/ir/graph.ts';
import { runReference } from '../../graph/ir/reference.ts';
import { check } from '../../graph/notation/check.ts';
import { slimNet, SlimError, type SlimmedNet } from '../../graph/search/slimming/slim-net.ts';
import { preparationMetadata } from '../../graph/weights/preparation-config.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import { measureWhole } from '../../workers/engine/latency-table.ts';
import { executeGraph } from '../../workers/engine/execute.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import { openCheckpoint } from '../checkpoint.ts';
import { openWhere, whereOptions } from '../gpu-device.ts';
import { namesModelFile } from '../imported.ts';
import { colourInput, findPictures, readPicture } from '../picture.ts';
import { givenPreparation, preparationOptions } from '../preparation-options.ts';
import { buildGraph, openSource, refuseQuantized } from '../source.ts';
import { judged, sizeOf, slimReport } from '../slim-report.ts';
import { json, NetError, UsageError, type Given, type Verb } from '../verb.ts';
import { viewsOf } from '../views.ts';

/** Pictures that weights are fitted on, and as many others that answers are compared on. */
const usualPictures = 32;

export const slim: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Takes channels (and blocks) out of a net with its weights, fits the layers behind them again on pictures, and says what is left of its answers.',
  options: [
    {
      name: 'images',
      value: 'DIR',
      doc: 'Folder of pictures, without labels: half of them for the fit, the others to compare answers on.',
    },
    {
      name: 'to',
      value: 'X',
      range: { min: 0.1, max: 0.99, integer: false },
      doc: 'Share of the multiply-accumulates that may stay (0.8).',
    },
    {
      name: 'method',
      value: 'netadapt|slim',
      choices: ['netadapt', 'slim'],
      doc: 'What may go: channels, or whole blocks that a residual goes around as well.',
    },
    {
      name: 'pictures',
      value: 'N',
      range: { min: 4, max: 256, integer: true },
      doc: `Pictures for each of the two (${usualPictures}); where the folder has fewer, drawn parts of them stand in.`,
    },
    { name: 'seed', value: 'S', range: { min: 0, max: 1e9, integer: true }, doc: 'Seed of the drawn parts (0).' },
    {
      name: 'weights',
      value: 'FILE',
      doc: 'safetensors of the net; without it the net must be one whose weights ship.',
    },
    { name: 'out', value: 'FILE', writes: ['.safetensors'], doc: 'The slimmed net’s weights.' },
    { name: 'arch', value: 'FILE', writes: ['.arch'], doc: 'The slimmed net’s text.' },
    {
      name: 'input',
      value: 'N',
      range: { min: 32, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    ...preparationOptions,
    ...whereOptions,
    json,
  ],
  async run(given, console) {
    const { positionals, word, flag, number, output } = given;
    const [name = ''] = positionals;
    const images = word('images');
    if (images === undefined) throw new UsageError('which pictures? Give a folder with --images DIR.');
    if (word('out') === undefined || word('arch') === undefined)
      throw new UsageError('a slimmed net is a text and weights: give --arch FILE.arch and --out FILE.safetensors.');
    const [out, arch] = [output('out'), output('arch')];
    if (namesModelFile(name))
      throw new UsageError(`"${name}" is a model file, which has no text to slim; give a name or FILE.arch.`);
    refuseQuantized(name);
    const source = openSource(name, { input: number('input') });
    const graph = buildGraph(source);
    const { architecture } = source;
    const checkpoint = openCheckpoint({
      graph,
      architecture,
      preset: source.preset,
      file: word('weights'),
      labels: undefined,
      preparation: givenPreparation(given),
    });
    for (const note of checkpoint.notes) console.err(`bottleneck slim: ${note}`);
    const { params, preprocessing, labels } = checkpoint;
    const pictures = await picturesOf(images, graph, given, preprocessing);
    const original = { graph, params };
    let slimmed: SlimmedNet;
    try {
      slimmed = slimNet({ architecture, ...original }, pictures.fitted, {
        to: number('to') ?? 0.8,
        withBlocks: word('method') === 'slim',
      });
    } catch (error) {
      if (error instanceof SlimError) throw new NetError(`${name} cannot be slimmed so far: ${error.message}.`);
      throw error;
    }
    const open = await openWhere(word);
    const answers = async (net: { graph: InferredGraph; params: Params }): Promise<Float32Array[]> => {
      const found: Float32Array[] = [];
      for (const input of pictures.compared) found.push(await logitsOf(net, input, open));
      return found;
    };
    const before = await answers(original);
    const cut = await answers({ graph: slimmed.graph, params: slimmed.plain });
    const after = await answers(slimmed);
    const ms = open && [await measureWhole(open, graph, 'f32'), await measureWhole(open, slimmed.graph, 'f32')];
    const adapter = open?.adapter.description;
    open?.device.destroy();

    const tensors = new Map(
      graphParams(slimmed.graph).map(({ name: tensor, shape }) => [
        tensor,
        { shape, values: slimmed.params.get(tensor) as Float32Array },
      ]),
    );
    const bytes = writeSafetensors(tensors, preparationMetadata(preprocessing));
    arch.save(new TextEncoder().encode(slimmed.text), (written) => readsAs(new TextDecoder().decode(written), slimmed));
    out.save(bytes, (written) => void readSafetensors(written));
    const result = {
      net: name,
      arch: arch.path,
      out: out.path,
      to: number('to') ?? 0.8,
      method: word('method') ?? 'netadapt',
      pictures: { fitted: pictures.fitted.length, compared: pictures.compared.length, of: pictures.of },
      before: sizeOf(graph, ms?.[0]),
      after: sizeOf(slimmed.graph, ms?.[1]),
      adapter: adapter ?? null,
      agreement: { fitted: judged(before, after), cutOnly: judged(before, cut) },
      changes: slimmed.changes,
    };
    if (flag('json')) console.out(JSON.stringify(result, undefined, 2));
    else for (const line of slimReport(result, { before, after, labels })) console.out(line);
    return 0;
  },
};

interface Pictures {
  readonly fitted: readonly Float32Array[];
  readonly compared: readonly Float32Array[];
  /** Files that each of the two is made of. */
  readonly of: readonly [number, number];
}

async function picturesOf(
  folder: string,
  graph: InferredGraph,
  given: Given,
  preprocessing: object,
): Promise<Pictures> {
  const input = colourInput(graph);
  const count = given.number('pictures') ?? usualPictures;
  const files = findPictures(folder).files.slice(0, 2 * count);
  if (files.length < 2)
    throw new UsageError(
      `"${folder}" holds one picture: one is fitted on and another compared on, so give at least two.`,
    );
  const pictures: Picture[] = [];
  for (const file of files) pictures.push(await readPicture(file));
  const preparation = preparationFor(input, preprocessing);
  const half = (rest: number): Picture[] => pictures.filter((_, i) => i % 2 === rest);
  const seed = given.number('seed') ?? 0;
  return {
    fitted: viewsOf(half(0), count, preparation, 2 * seed),
    compared: viewsOf(half(1), count, preparation, 2 * seed + 1),
    of: [half(0).length, half(1).length],
  };
}

async function logitsOf(
  { graph, params }: { readonly graph: InferredGraph; readonly params: Params },
  input: Float32Array,
  open: OpenDevice | undefined,
): Promise<Float32Array> {
  const values = open ? await executeGraph(open, graph, params, [input]) : runReference(graph, params, input);
  return values.get(graph.outputs[0]!)!;
}

/** Throws where the text on the disk is another net. */
function readsAs(text: string, { graph }: SlimmedNet): void {
  const read = check(text).graph;
  if (!read || accounting(read).total.params !== accounting(graph).total.params)
    throw new Error('it reads as another net');
}
