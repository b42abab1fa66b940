// Runs one case of a corpus on the graph that a model file was converted to, on the CPU reference or on a GPU, and names its values as the file does.
import { runReference } from '../../graph/ir/reference.ts';
import { convertModel, type Conversion } from '../../graph/formats/convert/convert.ts';
import { fromNode, toNode } from '../../graph/formats/convert/values.ts';
import type { Known } from '../../graph/formats/model/call.ts';
import type { Model } from '../../graph/formats/model/model.ts';
import type { Tensor } from '../../graph/formats/model/tensor.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import { executeGraph } from '../../workers/engine/execute.ts';
import type { Case, Expected } from './manifest.ts';

const keyOf = (expected: Expected): string =>
  typeof expected.index === 'number' ? String(expected.index) : (expected.name ?? '');

/** Outputs, and those inner values of the case that a node of the graph holds, with the case cut to them. */
export async function runConverted(
  conversion: Conversion,
  item: Case,
  feeds: ReadonlyMap<string, Tensor>,
  device: OpenDevice | undefined,
): Promise<{ readonly known: ReadonlyMap<string, Known>; readonly item: Case }> {
  const { graph, params, inputs, outputs, values } = conversion;
  const held = ({ tensors }: { tensors?: readonly Expected[] | null | undefined }): Expected[] =>
    (tensors ?? []).filter((expected) => values.has(keyOf(expected)));
  const inner = held(item);
  const all = [...inner, ...held(item.default ?? {})];
  const wanted = [...outputs, ...all.map((expected) => values.get(keyOf(expected))!)];
  const keep = [...new Set(wanted.map(({ node }) => node))].filter((node) => !graph.inputs.includes(node));
  const given = new Map(inputs.map((place) => [place.node, toNode(place, feeds.get(place.name)!)]));
  const results = device
    ? await executeGraph(
        device,
        graph,
        params,
        graph.inputs.map((id) => given.get(id)!),
        { keep },
      )
    : runReference(graph, params, given, { keep });
  const known = new Map<string, Known>();
  for (const place of wanted) {
    const data = results.get(place.node) ?? given.get(place.node)!;
    const tensor = fromNode(place, data);
    known.set(place.name, { type: tensor.type, shape: tensor.shape, tensor });
  }
  return { known, item: { ...item, tensors: inner } };
}

/** The model as a graph at the shapes of the case's inputs. */
export const convertedFor = (model: Model, feeds: ReadonlyMap<string, Tensor>) =>
  convertModel(model, { shapes: new Map([...feeds].map(([name, { shape }]) => [name, shape])) });
