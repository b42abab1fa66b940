// `verify-import MANIFEST`: every model file of a corpus read, followed and computed on the CPU, and held against its oracle's values.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evaluate } from '../../graph/formats/model/evaluate.ts';
import { ModelError, nodeLabel, type DataType, type Model } from '../../graph/formats/model/model.ts';
import { zeros, type Tensor } from '../../graph/formats/model/tensor.ts';
import { kindsOf } from '../../graph/formats/open.ts';
import { LoweringError } from '../../graph/lower/lowering-error.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import { disagreement, type Disagreement } from '../corpus/agree.ts';
import { corpusInput, type EncodedPhoto } from '../corpus/inputs.ts';
import { parseManifest, type Case, type ManifestRow } from '../corpus/manifest.ts';
import { convertedFor, runConverted } from '../corpus/converted.ts';
import { openWhere, whereOptions } from '../gpu-device.ts';
import { readModel } from '../model-file.ts';
import { readText } from '../files.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

interface Outcome {
  readonly id: string;
  readonly passed: boolean;
  readonly detail: string;
}

export const verifyImport: Verb = {
  operands: 'MANIFEST',
  count: { min: 1, max: 1 },
  doc: 'Reads every model file of a corpus, computes it on the CPU and compares it with its oracle.',
  options: [
    { name: 'only', value: 'TEXT', doc: 'Only rows whose id contains TEXT.' },
    { name: 'cases', value: 'N', doc: 'At most N inputs of each file.', range: { min: 1, max: 100, integer: true } },
    {
      name: 'graph',
      doc: 'Converts each file to a graph of this project’s operators and runs that, where --device says.',
    },
    ...whereOptions,
    json,
  ],
  async run({ positionals, word, number, flag }, console) {
    const path = positionals[0] as string;
    const rows = manifestOf(path).filter(({ id }) => id.includes(word('only') ?? ''));
    if (rows.length === 0) throw new UsageError('no row of the manifest is called that.');
    if (!flag('graph') && (word('device') ?? word('adapter')) !== undefined)
      throw new UsageError('--device and --adapter belong to --graph.');
    const device = flag('graph') ? await openWhere(word) : undefined;
    const outcomes: Outcome[] = [];
    let absent = 0;
    for (const row of rows) {
      const file = join(dirname(path), row.file);
      if (!existsSync(file)) {
        absent++;
        continue;
      }
      const most = number('cases') ?? Infinity;
      const outcome = flag('graph')
        ? await verifyGraph(row, file, dirname(path), most, device)
        : verifyRow(row, file, dirname(path), most);
      outcomes.push(outcome);
      if (!flag('json')) console.out(`${outcome.passed ? 'ok  ' : 'FAIL'}  ${row.id}: ${outcome.detail}`);
    }
    const failed = outcomes.filter(({ passed }) => !passed).length;
    if (flag('json')) console.out(JSON.stringify({ outcomes, absent }, undefined, 2));
    else
      console.out(
        `${outcomes.length - failed} passed, ${failed} failed${absent > 0 ? `; ${absent} files are not there` : ''}`,
      );
    return failed > 0 || outcomes.length === 0 ? 1 : 0;
  },
};

function manifestOf(path: string): readonly ManifestRow[] {
  try {
    return parseManifest(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new NetError(`${path} is no manifest of a corpus: ${(error as Error).message}`);
  }
}

function verifyRow(row: ManifestRow, file: string, folder: string, most: number): Outcome {
  const done = (passed: boolean, detail: string): Outcome => ({ id: row.id, passed, detail });
  try {
    const model = readModel(file);
    const expected = row.tier === 3 ? row.outside : row.extended;
    const unsupported = unsupportedOf(model, row);
    const names = Object.entries(unsupported)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ');
    if (row.tier === 3) return done(listsOutside(row, model, unsupported), `lists ${names === '' ? 'nothing' : names}`);
    if (names !== '') return done(row.tier === 2 && agrees(unsupported, expected ?? {}), `lists ${names}`);
    const cases = (row.cases ?? []).slice(0, most);
    let worst = { worst: 0, at: '' };
    for (const item of cases) {
      const { known } = evaluate(model, kindsOf(model), {
        feeds: feedsOf(model, row, item, folder),
        foldElements: Infinity,
      });
      const found = disagreement(model, row, item, known);
      if (found.worst > worst.worst) worst = found;
    }
    const runs = `${cases.length} ${cases.length === 1 ? 'input' : 'inputs'}`;
    return worst.worst <= 1
      ? done(true, `${runs}, at most ${worst.worst.toFixed(2)} of the bound`)
      : done(
          false,
          `${runs}, ${worst.worst === Infinity ? '' : `${worst.worst.toFixed(1)} times the bound at `}${worst.at}`,
        );
  } catch (error) {
    return failed(row, error);
  }
}

/** The file as a graph of our ops: what does not convert is listed, what does runs and agrees. */
async function verifyGraph(
  row: ManifestRow,
  file: string,
  folder: string,
  most: number,
  device: OpenDevice | undefined,
): Promise<Outcome> {
  const done = (passed: boolean, detail: string): Outcome => ({ id: row.id, passed, detail });
  try {
    const model = readModel(file);
    const cases = (row.cases ?? []).slice(0, most);
    const [first] = cases;
    if (!first) return done(true, 'has no case to run');
    const converted = convertedFor(model, feedsOf(model, row, first, folder));
    if (!('graph' in converted)) {
      const [one, ...others] = converted.unconverted;
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      const counts = counted(converted.unconverted.map(({ node }) => node.kind));
      const listed =
        row.tier === 3 ? listsOutside(row, model, counts) : row.tier === 2 && agrees(counts, row.extended ?? {});
      return done(listed, one ? `lists ${nodeLabel(one.node)}, which ${one.reason}${more}` : 'does not convert');
    }
    let worst: Disagreement = { worst: 0, at: '' };
    for (const item of cases) {
      const run = await runConverted(converted, item, feedsOf(model, row, item, folder), device);
      const found = disagreement(model, row, run.item, run.known);
      if (found.worst > worst.worst) worst = found;
    }
    const nodes = `${model.nodes.length} nodes as ${converted.graph.nodes.length}`;
    return done(
      worst.worst <= 1,
      `${nodes}, ${worst.worst.toFixed(2)} of the bound${worst.worst <= 1 ? '' : ` at ${worst.at}`}`,
    );
  } catch (error) {
    return failed(row, error);
  }
}

/** One file that cannot be read or run does not end the others; what no sentence was made for is told as what it is. */
function failed({ id }: ManifestRow, error: unknown): Outcome {
  const known = error instanceof NetError || error instanceof ModelError || error instanceof LoweringError;
  return { id, passed: false, detail: known ? error.message : `this went wrong inside Bottleneck: ${String(error)}` };
}

/** Kinds of the nodes that are not followed, with their counts. */
function unsupportedOf(model: Model, row: ManifestRow): Readonly<Record<string, number>> {
  const shapes = new Map(
    (row.inputs ?? []).flatMap(({ shape }, i) => (model.inputs[i] ? [[model.inputs[i].name, shape] as const] : [])),
  );
  return counted(evaluate(model, kindsOf(model), { shapes }).unsupported.map(({ node }) => node.kind));
}

function counted(kinds: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Exactly the nodes that are expected to be listed, of which some may have a meaning here all the same. */
function listsOutside(row: ManifestRow, model: Model, listed: Readonly<Record<string, number>>): boolean {
  const kinds = kindsOf(model);
  const outside = Object.entries(row.outside ?? {});
  return agrees(listed, Object.fromEntries(outside.filter(([kind]) => kind in listed || !kinds.has(kind))));
}

const agrees = (found: Readonly<Record<string, number>>, wanted: Readonly<Record<string, number>>): boolean =>
  JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(wanted).sort());

const photos = new Map<string, EncodedPhoto>();
function photoOf(kind: string, folder: string): EncodedPhoto | undefined {
  if (kind === 'noise') return undefined;
  let photo = photos.get(kind);
  if (!photo) photos.set(kind, (photo = readFileSync(join(folder, 'inputs', `${kind}-256.rgb`))));
  return photo;
}

function feedsOf(model: Model, row: ManifestRow, item: Case, folder: string): ReadonlyMap<string, Tensor> {
  const feeds = new Map<string, Tensor>();
  (row.inputs ?? []).forEach(({ name, dtype, shape }, index) => {
    const fixed = row.feeds?.[name];
    const type = dtype as DataType;
    const tensor =
      fixed === undefined
        ? corpusInput(row.id, index, photoOf(item.kind, folder), type, shape, row.range ?? [0, 1])
        : zeros(type, shape);
    if (fixed !== undefined) tensor.data.set(typeof fixed === 'number' ? [fixed] : fixed);
    const key = model.format === 'onnx' ? name : (model.inputs[index]?.name ?? name);
    feeds.set(key, tensor);
  });
  return feeds;
}
