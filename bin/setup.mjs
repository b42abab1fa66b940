// Makes node_modules match package-lock.json; uses Node's built-ins only, since on a fresh clone nothing else is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with no trailing slash. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What set-up unpacks and may delete; outside node_modules, which `npm ci` clears. */
export const cache = join(root, '.cache');

/** Prints one line to stderr: stdout belongs to the command that asked for the set-up. */
export function say(/** @type {string} */ line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  say(sentence);
  process.exit(1);
}

/** `… | head` closes the pipe early: the command ends there, and that is no error. */
function endWithTheReader() {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

/** What every command does first: installs the locked dependencies when they are missing or stale; ends the process with a sentence when that is impossible. */
export function ensureDependencies() {
  endWithTheReader();
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Bottleneck needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
    );
  }
  const state = dependencies();
  if (state === 'current') return;
  say(`Dependencies are ${state}: installing them with npm…`);
  // `npm ci` refuses a lock file that lacks the binaries of some other platform; `npm install` does not.
  const installed = (state === 'missing' && npm('ci')) || npm('install', '--no-save');
  if (!installed)
    fail('npm could not install the dependencies (see above). Check the network, then run the command again.');
}

/** Compares the lock file with npm's own record of what it installed. */
function dependencies() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'missing';
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const locked = Object.entries(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages);
  // An optional package may be absent: it is another platform's binary.
  const stale = locked.some(
    ([path, p]) => path !== '' && installed[path]?.version !== p.version && (installed[path] || !p.optional),
  );
  return stale ? 'stale' : 'current';
}

/** @param {string[]} args */
function npm(...args) {
  const command = ['npm', ...args, '--no-fund', '--no-audit', '--loglevel=error'].join(' ');
  // npm's stdout joins stderr, so that the output of `npm run -s bottleneck -- … --json` stays JSON.
  return spawnSync(command, { cwd: root, stdio: ['ignore', 2, 2], shell: true }).status === 0;
}
