// Which blocks of the graph the words of a search mean: by name, arguments, stage and ops.
import { opWords } from '../../../graph/ir/op-words.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import type { Scene } from '../../drawing/scene.ts';

/** Keys of the units that hold every word; undefined when nothing is searched. */
export function findUnits(
  scene: Scene | undefined,
  graph: InferredGraph | undefined,
  query: string,
): ReadonlySet<string> | undefined {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!scene || words.length === 0) return undefined;
  const matching = scene.units.filter(({ name, word, detail, stage = '', nodes }) => {
    const ops = nodes.map((node) => `${node.id} ${node.op} ${graph ? opWords(graph, node) : ''}`).join(' ');
    const text = `${name} ${word} ${detail} ${stage} ${ops}`.toLowerCase();
    return words.every((one) => text.includes(one));
  });
  return new Set(matching.map(({ key }) => key));
}
