#!/usr/bin/env node
// `npm run -s bottleneck -- VERB …`: starts src/cli/main.ts in this process; it adds no output of its own.
import { ensureDependencies } from './setup.mjs';

ensureDependencies();
const { bundle } = await import('./bundle.mjs');
process.setSourceMapsEnabled(true);
await import(await bundle('src/cli/main.ts'));
