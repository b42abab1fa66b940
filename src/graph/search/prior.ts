// The order of nets that nobody trained: what may be said of it, and the number behind it.

/**
 * Larger is thought better: the mean of log10 MACs and log10 parameters. No accuracy and not shown as one: among published nets of equal
 * cost it is parameters that order 86 of 100 pairs right, in another space of trained nets 27.
 */
export const priorOf = ({ macs, params }: { readonly macs: number; readonly params: number }): number =>
  (Math.log10(macs) + Math.log10(params)) / 2;

/** Stands wherever the order is shown. */
export const priorSentence =
  'Accuracy was not measured. This order comes from parameters and MACs; on published nets it is right for 86 of 100 pairs of equal cost, in other search spaces it has been wrong for 73 of 100.';
