// The ordered list of lowering passes; the order is the plan. Each can be switched off by name, and the result may not change beyond rounding.
import type { Pass, PassContext, StepProgram } from '../steps.ts';
import { attentionSlices, mergeSiblings } from './attention-operands.ts';
import { averageHeads } from './average-heads.ts';
import { coordinateAttention } from './coordinate-attention.ts';
import { evonormIntoReaders } from './evonorm-into-readers.ts';
import { foldNorms } from './fold-norms.ts';
import { depthwisePairs, depthwisePointwise, expandDepthwise, wholeBlock } from './fuse-depthwise.ts';
import { fuseEpilogues } from './fuse-epilogues.ts';
import { fuseGates, gateFromSums } from './fuse-gates.ts';
import { fusePrologues } from './fuse-prologues.ts';
import { gateIntoProduct } from './gate-into-product.ts';
import { inPlace } from './in-place.ts';
import { jointRows, productRows, rowsInPlace } from './join-rows.ts';
import { normIntoProduct } from './norm-into-product.ts';
import { poolIntoHead } from './pool-into-head.ts';
import { sinkNorms } from './sink-norms.ts';

export const passes: readonly Pass[] = [
  averageHeads,
  foldNorms,
  sinkNorms,
  productRows,
  jointRows,
  attentionSlices,
  mergeSiblings,
  fuseEpilogues,
  fuseGates,
  coordinateAttention,
  fusePrologues,
  poolIntoHead,
  depthwisePairs,
  expandDepthwise,
  wholeBlock,
  depthwisePointwise,
  gateFromSums,
  gateIntoProduct,
  normIntoProduct,
  evonormIntoReaders,
  rowsInPlace,
  inPlace,
];

/** Runs the passes in order, less those named in `without`. Throws RangeError for an unknown name. */
export function runPasses(program: StepProgram, context: PassContext, without: readonly string[] = []): StepProgram {
  for (const name of without) {
    if (!passes.some((pass) => pass.name === name))
      throw new RangeError(`no pass is called "${name}"; known: ${passes.map((pass) => pass.name).join(', ')}`);
  }
  return passes.reduce(
    (current, pass) => (without.includes(pass.name) ? current : pass.run(current, context)),
    program,
  );
}
