#!/usr/bin/env node
// `npm run -s bottleneck -- VERB …`: starts src/cli/main.ts in this process; it adds no output of its own.
import { bundle } from './bundle.mjs';
import { ensureDependencies } from './setup.mjs';

ensureDependencies();
process.setSourceMapsEnabled(true);
// esbuild has printed what it could not bundle, with file and line.
const file = await bundle('src/cli/main.ts').catch(() => process.exit(1));
await import(file);
