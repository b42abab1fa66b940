// Weights of the user's own, with what describes them: taken together, or the description after the weights.
import { isConfig, isWeights } from './configs.ts';
import type { OpenNet } from './open-net.svelte.ts';

/** Opens the weights among files, or those that are open again with what describes them. False where there are neither. */
export function takeWeights(net: OpenNet, files: readonly File[]): boolean {
  const { choice } = net.weights;
  const file = files.find(isWeights);
  const configs = files.filter(isConfig);
  if (file) net.use({ kind: 'file', file, ...(configs.length > 0 && { configs }) });
  else if (choice?.kind === 'file' && configs.length > 0) net.use({ ...choice, configs });
  else return false;
  return true;
}
