// Lets a spec import the product's modules in Node: `import text from './net.arch?raw'` is the file's text, as in Vite.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  if (!/\.arch(\?raw)?$/.test(url)) return next(url, context);
  const text = await readFile(fileURLToPath(url.replace(/\?raw$/, '')), 'utf8');
  return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
}
