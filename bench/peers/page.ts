// The page of `npm run bench:peers`.
import { race } from './race.ts';

Object.assign(globalThis, { race });
