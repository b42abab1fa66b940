// A net that was built, from a text or a file, with the words that it belongs to: what views show and workers are given.
import type { Architecture } from '../../graph/architecture.ts';
import type { Accounting } from '../../graph/cost/cost.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { GivenNet } from '../../graph/notation/check.ts';
import type { SharedRecipe } from '../../graph/link/link.ts';
import type { NodeNoise } from './measurements/heat.ts';
import type { OpenFile } from './open-file.ts';

/** A net that could be built: its words and what was made of them, which belong together. */
export interface BuiltNet {
  readonly name: string;
  /** As it was when the net became this one: comments and spaces may since have changed. */
  readonly text: string;
  readonly architecture: Architecture;
  readonly graph: InferredGraph;
  /** {@link netHash} of the architecture, by which its measurement is found. */
  readonly hash: string;
  readonly file?: OpenFile | undefined;
}

/** A comment or a space makes no other net: then the one before stays, so that nothing that follows from it is made again. */
export const builtAgain = (before: BuiltNet | undefined, net: BuiltNet): BuiltNet =>
  before?.hash === net.hash && before.name === net.name && before.file === net.file ? before : net;

/** The net as workers are given it. */
export const given = ({ name, text, graph, file }: BuiltNet): GivenNet => (file ? { name, graph } : { name, text });

/** A net put aside to compare with. */
export interface Baseline extends BuiltNet {
  readonly accounting: Accounting;
}

/** What was found out about the net on the page in integers; whoever quantizes gives it. */
export interface QuantizeFindings {
  /** How, in the form in which a link carries it. */
  readonly shared: SharedRecipe | undefined;
  readonly noise: NodeNoise | undefined;
}
