// Random search: the baseline that every search is shown beside (Bender et al. 2020, TuNAS: can weight sharing outperform random search?).
import type { SearchMethod } from '../search.ts';
import { firstGeneration } from './fresh.ts';

export const randomSearch: SearchMethod<undefined> = {
  name: 'random',
  start: undefined,
  propose: (_state, context) => firstGeneration(context, 1, []),
  fold: () => undefined,
};
