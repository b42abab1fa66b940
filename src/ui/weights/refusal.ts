// What is said of weights that were not taken.
import type { RefusedWeights } from './net-status.ts';

export const refusal = ({ weights, unsound }: RefusedWeights, net: string): string =>
  `${weights} ${unsound ? 'cannot be used for' : 'holds weights of another net than'} ${net}.`;
