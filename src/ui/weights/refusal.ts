// What is said of weights that were not taken.
import type { NetStatus, RefusedWeights } from './net-status.ts';

export const refusal = ({ weights, unsound }: RefusedWeights, net: string): string =>
  `${weights} ${unsound ? 'cannot be used for' : 'holds weights of another net than'} ${net}.`;

/** Why there is no net to ask; undefined while there is one, or will be. `nodesLack`: of a model file, some have no operator. */
export function missing(status: NetStatus, net: string, nodesLack: boolean): string | undefined {
  if (nodesLack) return `${net} has nodes without an operator here, so it cannot run (see Build).`;
  if (status.kind === 'closed') return `${net} has no weights yet. Load some under Weights.`;
  if (status.kind === 'failed') return status.text;
  return status.kind === 'mismatch' ? `${refusal(status, net)} Load others under Weights.` : undefined;
}
