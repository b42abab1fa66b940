// A net with several exits: each of them classifies on its own, and the last is the surest.
import { defineTask } from '../task.ts';
import { classify } from './classify.ts';

export const exits = defineTask({ ...classify, kind: 'exits', title: 'Exits' });
