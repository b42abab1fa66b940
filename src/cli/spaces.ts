// Search spaces for the verbs: by their name or from a file, with nets drawn from them.
import type { InferredGraph } from '../graph/ir/graph.ts';
import { check } from '../graph/notation/check.ts';
import { randomGenotype, type Genotype } from '../graph/search/genes.ts';
import { Draws } from '../graph/search/random.ts';
import { spaceOf, type Space } from '../graph/search/space/space.ts';
import { shippedSpaces } from '../graph/search/spaces/index.ts';
import { readText } from './files.ts';
import { problemLines } from './problem-text.ts';
import { NetError, type Console } from './verb.ts';

/** Throws {@link NetError} after the problems were printed. */
export function openSpace(name: string, console: Console): Space & { readonly text: string } {
  const text = shippedSpaces.get(name) ?? readText(name);
  const space = spaceOf(text);
  if (space.problems.some(({ severity }) => severity === 'error')) {
    for (const problem of space.problems) for (const line of problemLines(name, text, problem)) console.err(line);
    throw new NetError(`${name} is no space as it stands.`);
  }
  return { ...space, text };
}

/** The net of a genotype, with another input size where one is given; undefined where it is none. */
export function netOf(space: Space, genotype: Genotype, name: string): InferredGraph | undefined {
  const net = space.instantiate(genotype);
  return 'text' in net ? check(net.text, name).graph : undefined;
}

/** The first `count` nets that can be built among those drawn; fewer where hardly any can. */
export function drawnNets(space: Space, count: number, seed: number): readonly InferredGraph[] {
  const nets: InferredGraph[] = [];
  for (let i = 0; nets.length < count && i < 20 * count; i++) {
    const net = netOf(space, randomGenotype(space.genes, new Draws(seed, i)), `drawn ${nets.length + 1}`);
    if (net) nets.push(net);
  }
  return nets;
}
