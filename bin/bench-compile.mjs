// `npm run bench:compile`: starts tools/compile/main.ts in this process.
import { bundle } from './bundle.mjs';
import { ensureDependencies } from './setup.mjs';

ensureDependencies();
const file = await bundle('tools/compile/main.ts').catch(() => process.exit(1));
const { run } = await import(file);
process.exitCode = await run(process.argv.slice(2));
