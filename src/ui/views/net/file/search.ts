// The search in a model file's nodes: every word must be in a node's name, kind, shapes or attributes.
import type { Outline } from '../../../../graph/formats/model/outline.ts';

const texts = new WeakMap<Outline, readonly string[]>();

/** Shapes are found as `1x32x112x112`, `1,32,112,112` and as they are shown. */
function textsOf(outline: Outline): readonly string[] {
  let made = texts.get(outline);
  if (!made) {
    made = outline.nodes.map(({ name, kind, inputs, outputs, attributes }) => {
      const types = [...inputs, ...outputs].map((key) => outline.values.get(key)?.type ?? '');
      const shapes = types.flatMap((type) => [type, type.replaceAll(', ', 'x'), type.replaceAll(', ', ',')]);
      return [name, kind, ...shapes, ...attributes.map(([key, value]) => `${key}=${value.replaceAll(', ', ',')}`)]
        .join('\n')
        .toLowerCase();
    });
    texts.set(outline, made);
  }
  return made;
}

/** Places of the nodes that are found. */
export function found(outline: Outline, query: string): readonly number[] {
  const words = query.toLowerCase().replaceAll('×', 'x').replaceAll(', ', ',').split(/\s+/).filter(Boolean);
  return textsOf(outline).flatMap((text, at) => (words.every((word) => text.includes(word)) ? [at] : []));
}
