// The page of `npm run bench:peers`.
import { race } from './race.ts';
import { raceTraining } from './training/race.ts';

Object.assign(globalThis, { race, raceTraining });
