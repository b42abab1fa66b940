// `npm run bench:search`: the search methods against a table of trained nets; a table, or JSON.
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { ensureDependencies, fail } from './setup.mjs';

const usage = `npm run bench:search -- --oracle FILE [--seed S] [--json]
FILE is the table of NAS-Bench-Macro or of Accel-NASBench, as CSV.`;

ensureDependencies();
const { values } = read();
if (values.help) {
  console.log(usage);
  process.exit();
}
if (!values.oracle) fail(`Which table? ${usage}`);
if (!existsSync(values.oracle)) fail(`There is no file ${values.oracle}.`);
if (!/^\d{1,9}$/.test(values.seed)) fail(`--seed is a whole number of at most nine digits, not "${values.seed}".`);

/** @type {{ benchSearch(table: string, seed: number): readonly { what: string, value: number, random?: number, of: string }[] }} */
const { benchSearch } = await import(await bundle('bench/search/main.ts'));
try {
  const findings = benchSearch(readFileSync(values.oracle, 'utf8'), Number(values.seed));
  if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), findings }, undefined, 2));
  else
    for (const { what, value, random, of } of findings)
      console.log(
        `${what.padEnd(76)} ${round(value).padStart(7)}${random === undefined ? '' : `  random ${round(random)}`}  (${of})`,
      );
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

/** @param {number} value */
function round(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}

function read() {
  try {
    return parseArgs({
      options: {
        oracle: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
