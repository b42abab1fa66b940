// The table of studies: a file and a line each.
import { concordance } from './concordance.ts';
import { evonorm } from './evonorm.ts';
import { landmarks } from './landmarks.ts';
import { leaves } from './leaves.ts';
import { qat } from './qat.ts';
import { reinforcement } from './reinforcement.ts';
import type { Study } from './study.ts';

export const studies: Readonly<Record<string, Study>> = {
  concordance,
  evonorm,
  landmarks,
  leaves,
  qat,
  reinforcement,
};
