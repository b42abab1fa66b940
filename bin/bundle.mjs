// Turns the TypeScript command line into one JavaScript file that plain Node runs, and keeps it until a source changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

// In node_modules, so that the bundle finds the packages it leaves external by walking up.
const folder = join(root, 'node_modules', '.cache', 'bottleneck');
const thisFile = new URL(import.meta.url);

/** `import text from './net.arch?raw'` (also .txt, .wgsl, …) is the file's text, as in Vite. */
export const rawText = {
  name: 'raw-text',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, (args) => ({
      path: join(args.resolveDir, args.path.slice(0, -'?raw'.length)),
      namespace: 'raw-text',
    }));
    build.onLoad({ filter: /.*/, namespace: 'raw-text' }, (args) => ({
      contents: readFileSync(args.path, 'utf8'),
      loader: 'text',
      watchFiles: [args.path],
    }));
  },
};

/** @param {readonly string[]} inputs Paths relative to the root. */
function hashOf(inputs) {
  const hash = createHash('sha256').update(readFileSync(thisFile)).update(process.version);
  for (const input of inputs)
    hash
      .update('\0')
      .update(input)
      .update('\0')
      .update(readFileSync(join(root, input)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Bundles `entry` unless a bundle of exactly these sources is there.
 * @param {string} entry Path relative to the root.
 * @returns {Promise<string>} The bundle's file URL.
 */
export async function bundle(entry) {
  const name = entry.replaceAll('/', '-').replace(/\.ts$/, '');
  const manifest = join(folder, `${name}.json`);
  if (existsSync(manifest)) {
    const { inputs, hash } = JSON.parse(readFileSync(manifest, 'utf8'));
    const file = join(folder, `${name}.${hash}.mjs`);
    if (
      existsSync(file) &&
      inputs.every((/** @type {string} */ i) => existsSync(join(root, i))) &&
      hashOf(inputs) === hash
    ) {
      return pathToFileURL(file).href;
    }
  }
  return pathToFileURL(await build(entry, name, manifest)).href;
}

/**
 * @param {string} entry
 * @param {string} name
 * @param {string} manifest
 */
async function build(entry, name, manifest) {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    outdir: folder,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [rawText],
  });
  const inputs = Object.keys(result.metafile.inputs)
    .map((input) => input.replace(/^raw-text:/, ''))
    .map((path) => (isAbsolute(path) ? relative(root, path) : path));
  const hash = hashOf(inputs);
  const file = join(folder, `${name}.${hash}.mjs`);
  mkdirSync(folder, { recursive: true });
  removeOldBundles(name);
  const [output] = result.outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${entry}`);
  replaceFile(file, output.contents);
  replaceFile(manifest, JSON.stringify({ inputs, hash }));
  return file;
}

/**
 * Writes aside and renames, since two commands may start at the same moment.
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function replaceFile(path, contents) {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, contents);
  renameSync(aside, path);
}

/**
 * Removes the bundles of earlier sources; not those of the last hour, whose command may still be starting workers from them.
 * @param {string} name
 */
function removeOldBundles(name) {
  for (const file of readdirSync(folder).filter((other) => other.startsWith(`${name}.`) && other.endsWith('.mjs'))) {
    const path = join(folder, file);
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { force: true });
  }
}
