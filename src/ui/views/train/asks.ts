// How Train's state and its pictures ask the worker.
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { TrainClient } from '../../hosts/train.ts';

export interface TrainHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, share: number) => void;
}
export type AskTrainer<T> = (calls: TrainClient['calls'], ticket: number) => Promise<Outcome<T>>;
