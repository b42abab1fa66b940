// Unpacks Debian packages into a folder with apt's and dpkg's own tools, without root and without changing the system.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cache } from './setup.mjs';

const workplace = join(cache, `apt-${process.pid}`);

/**
 * Downloads the packages, and those of their dependencies that this system lacks or has in an older version, and unpacks all.
 * @param {string[]} packages
 * @param {string} into A folder; emptied first.
 * @param {{ backports: boolean }} options Prefer Debian's backports suite, on the mirror that the system already uses.
 * @returns {string | undefined} What went wrong.
 */
export function unpackDebianPackages(packages, into, { backports }) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return 'this is no Debian or Ubuntu system';
  rmSync(workplace, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'archives/partial', 'sources.d'])
    mkdirSync(join(workplace, folder), { recursive: true });
  const suite = backports ? addBackports() : undefined;
  const options = [
    `Dir::Etc::sourcelist=${join(workplace, 'sources.list')}`,
    `Dir::Etc::sourceparts=${join(workplace, 'sources.d')}`,
    `Dir::State::lists=${join(workplace, 'lists')}`,
    `Dir::Cache=${workplace}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'Acquire::http::Timeout=20',
    'Acquire::Retries=1',
  ].flatMap((option) => ['-o', option]);
  copySources();
  apt([...options, 'update']);
  const target = suite ? ['-t', suite] : [];
  const problem = apt([
    ...options,
    'install',
    '-y',
    '--download-only',
    '--reinstall',
    '--no-install-recommends',
    ...target,
    ...packages,
  ]);
  if (problem) return problem;
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const archive of readdirSync(join(workplace, 'archives')).filter((name) => name.endsWith('.deb'))) {
    if (spawnSync('dpkg', ['-x', join(workplace, 'archives', archive), into]).status !== 0)
      return `dpkg could not unpack ${archive}`;
  }
  rmSync(workplace, { recursive: true, force: true });
  return undefined;
}

/** @param {string[]} words */
function apt(words) {
  const { status, stderr } = spawnSync('apt-get', ['-q', ...words], {
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return status === 0
    ? undefined
    : `apt-get failed: ${(stderr ?? '').trim().split('\n').pop() || 'no answer in 4 minutes'}`;
}

function sourceFiles() {
  const parts = '/etc/apt/sources.list.d';
  const listed = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return ['/etc/apt/sources.list', ...listed].filter((path) => /\.(list|sources)$/.test(path) && existsSync(path));
}

function copySources() {
  for (const path of sourceFiles())
    copyFileSync(path, join(workplace, path === '/etc/apt/sources.list' ? '.' : 'sources.d', basename(path)));
}

/** Adds Debian's backports suite, where this is Debian. Returns the suite's name. */
function addBackports() {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian/m.test(release) || !codename) return undefined;
  for (const path of sourceFiles()) {
    const entry = backportsEntry(readFileSync(path, 'utf8'), codename);
    if (!entry) continue;
    writeFileSync(
      join(workplace, 'sources.d', `backports-for-bottleneck${path.endsWith('.list') ? '.list' : '.sources'}`),
      entry,
    );
    return `${codename}-backports`;
  }
  return undefined;
}

/**
 * The entry for `CODENAME-backports`, on the mirror and with the key of the entry for CODENAME itself, in the same format.
 * @param {string} text An apt source file, one-line (`deb …`) or deb822 (`Types: deb …`).
 * @param {string} codename
 * @returns {string | undefined} Nothing when the text has no entry for CODENAME.
 */
export function backportsEntry(text, codename) {
  for (const entry of text.split(/\n\s*\n/)) {
    const suites = /^Suites:(.*)$/m.exec(entry)?.[1]?.trim().split(/\s+/) ?? [];
    if (suites.includes(codename)) return `${entry.replace(/^Suites:.*$/m, `Suites: ${codename}-backports`).trim()}\n`;
  }
  const line = text.split('\n').find((other) => other.startsWith('deb ') && other.split(/\s+/).includes(codename));
  return line && `${line.replace(` ${codename} `, ` ${codename}-backports `)}\n`;
}
