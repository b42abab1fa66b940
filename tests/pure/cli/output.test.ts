// Nothing is overwritten or lost unasked: every option that writes × every path that may not be written, before any work and without a trace.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { readBytes } from '../../../src/cli/files.ts';
import { openOutput } from '../../../src/cli/output.ts';
import type { Verb, Verbs } from '../../../src/cli/verb.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { captured } from './captured.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleneck-output-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string => join(root, ...names);

/** What may not be written, with the ending of the file that is. */
function lay(ending: string): void {
  for (const name of readdirSync(root)) rmSync(at(name), { recursive: true, force: true });
  mkdirSync(at(`folder${ending}`));
  mkdirSync(at('pictures'));
  writeFileSync(at(`input${ending}`), 'weights');
  writeFileSync(at(`existing${ending}`), 'mine');
  writeFileSync(at('pictures', `a${ending}`), 'in the folder that is read');
  symlinkSync(at(`input${ending}`), at(`link${ending}`));
  symlinkSync(at('nowhere'), at(`dangling${ending}`));
  symlinkSync(at('pictures'), at('shortcut'));
  linkSync(at(`input${ending}`), at(`hard${ending}`));
  execFileSync('/usr/bin/env', ['mkfifo', at(`pipe${ending}`)]);
}
beforeEach(() => lay('.safetensors'));

/** Path, whether `--force` is given, and what is said. */
const forbidden: readonly (readonly [string, string, boolean, RegExp])[] = [
  ['an existing file', 'existing.safetensors', false, /the file exists; give another name, or --force/],
  ['a folder', 'folder.safetensors', true, /it is a folder/],
  ['a folder by its slash', 'new.safetensors/', true, /it is a folder/],
  ['a folder that is not there', 'no/such.safetensors', true, /there is no folder/],
  ['a file in the place of a folder', 'existing.safetensors/x.safetensors', true, /is no folder|no folder/],
  ['another ending', 'net.int8', true, /its name must end in \.\w+/],
  ['no ending', 'net', true, /its name must end in/],
  ['an ending alone', '.safetensors', true, /its name must end in/],
  ['a pipe', 'pipe.safetensors', true, /it is no ordinary file/],
  ['a link that leads nowhere', 'dangling.safetensors', true, /a link that leads nowhere/],
  ['a name that is too long', `${'n'.repeat(300)}.safetensors`, true, /its name is too long/],
  ['the input', 'input.safetensors', true, /this command reads that file/],
  ['the input through a link', 'link.safetensors', true, /this command reads that file/],
  ['the input by another name', 'hard.safetensors', true, /this command reads that file/],
  ['the input by another path', 'pictures/../input.safetensors', true, /this command reads that file/],
  ['a file of a folder that is read', 'pictures/a.safetensors', true, /this command reads that file/],
  ['the same through a link to the folder', 'shortcut/a.safetensors', true, /this command reads that file/],
];

const writing = Object.entries<Verb>(verbs as Verbs).flatMap(([name, verb]) =>
  verb.options.flatMap((option) => (option.writes ? [{ name, verb, option }] : [])),
);

test('every option whose value is written is declared as such, and every verb writes through it', () => {
  expect(writing.map(({ name, option }) => `${name} --${option.name}`)).toContain('quantize --out');
  for (const [name, verb] of Object.entries<Verb>(verbs as Verbs))
    for (const { name: option, doc, writes, choices, range } of verb.options)
      // One of a few words is no path, and no number is.
      if (!choices && !range && /^(out|output|save|export|to)\b|\b(goes|written|is saved)\b/.test(`${option} ${doc}`))
        expect([name, option, writes !== undefined]).toEqual([name, option, true]);
  // The file system's writing calls stand in one file.
  for (const file of readdirSync('src/cli', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && path !== 'output.ts',
  ))
    expect([
      file,
      /\b(writeFile|createWriteStream|writeSync|appendFile|copyFile|rename|cpSync)/.test(
        readFileSync(join('src/cli', file), 'utf8'),
      ),
    ]).toEqual([file, false]);
});

const readsFolder = (verb: Verb): boolean => verb.options.some(({ name }) => name === 'images');

test.each(
  writing.flatMap((one) =>
    (readsFolder(one.verb) ? forbidden : forbidden.filter(([, path]) => !path.endsWith('/a.safetensors'))).map(
      (path) => [`${one.name} --${one.option.name}: ${path[0]}`, one, path] as const,
    ),
  ),
)('%s', async (_what, { name, verb, option }, [, path, force, sentence]) => {
  const own = option.writes![0]!;
  const name2 = (text: string): string => text.replaceAll('.safetensors', own);
  lay(own);
  const target = at(name2(path));
  const before = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const held = ['input.safetensors', 'existing.safetensors', 'pictures/a.safetensors'].map((file) => at(name2(file)));
  const contents = held.map((file) => readFileSync(file, 'utf8'));
  let worked = false;
  const { console, err } = captured();
  const watched: Verb = { ...verb, run: () => ((worked = true), 0) };
  const operands = Array.from({ length: Math.max(1, verb.count.min) }, () => at(name2('input.safetensors')));
  const images = readsFolder(verb) ? ['--images', at('pictures')] : [];
  const words = [
    name,
    ...operands,
    `--${option.name}`,
    path.endsWith('/') ? `${target}/` : target,
    ...images,
    ...(force ? ['--force'] : []),
  ];
  const code = await runCommand({ [name]: watched }, words, console);
  expect([code, worked]).toEqual([2, false]);
  expect(err[0]).toMatch(sentence);
  expect(err[0]).toMatch(/ cannot be written: .*\.$/);
  expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
  expect(held.map((file) => readFileSync(file, 'utf8'))).toEqual(contents);
});

const option = { name: 'out', value: 'FILE', doc: '', writes: ['.safetensors'] };
const opened = (path: string, force = false, others: string[] = []) => openOutput({ option, path, others, force });
const bytes = Uint8Array.of(1, 2, 3);
const sound = (): void => undefined;

test('a file is written, and replaced only with --force; a link then keeps pointing where it points', () => {
  opened(at('new.safetensors')).save(bytes, sound);
  expect([...readFileSync(at('new.safetensors'))]).toEqual([1, 2, 3]);
  opened(at('existing.safetensors'), true).save(bytes, sound);
  expect([...readFileSync(at('existing.safetensors'))]).toEqual([1, 2, 3]);
  opened(at('link.safetensors'), true).save(bytes, sound);
  expect([...readFileSync(at('input.safetensors'))]).toEqual([1, 2, 3]);
  opened(relative(process.cwd(), at('r.SafeTensors'))).save(bytes, sound);
  expect(existsSync(at('r.SafeTensors'))).toBe(true);
});

test('what its own reader refuses is not saved, and the old file stays', () => {
  const output = opened(at('existing.safetensors'), true);
  const unsound = (): void => {
    throw new Error('the scale of "a" is zero');
  };
  expect(() => output.save(bytes, unsound)).toThrow(
    'cannot be written: what was made is not sound: the scale of "a" is zero.',
  );
  expect(readFileSync(at('existing.safetensors'), 'utf8')).toBe('mine');
  expect(readdirSync(root).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('what appears during the work is kept, and so is a file that was read on the way', () => {
  const output = opened(at('late.safetensors'));
  writeFileSync(at('late.safetensors'), 'another’s');
  expect(() => output.save(bytes, sound)).toThrow('has appeared meanwhile');
  expect(readFileSync(at('late.safetensors'), 'utf8')).toBe('another’s');
  const second = opened(at('existing.safetensors'), true);
  readBytes(at('existing.safetensors'));
  expect(() => second.reserve(1)).toThrow('this command reads that file');
  expect(() => second.save(bytes, sound)).toThrow('this command reads that file');
});

test('room on the disk is asked for before the work', () => {
  const { bavail, bsize } = statfsSync(root);
  expect(() => opened(at('new.safetensors')).reserve(2 * bavail * bsize)).toThrow(
    /the disk has [\d.]+ .B left, [\d.]+ .B may be needed/,
  );
  expect(() => opened(at('new.safetensors')).reserve(1000)).not.toThrow();
  expect(statSync(root).isDirectory()).toBe(true);
});

test('two options may not name one file', async () => {
  const both: Verb = {
    operands: '',
    count: { min: 0, max: 0 },
    doc: '',
    run: () => 0,
    options: [option, { ...option, name: 'log' }],
  };
  const { console, err } = captured();
  const path = at('one.safetensors');
  expect(
    await runCommand({ both }, ['both', '--out', path, '--log', join(root, '.', 'one.safetensors')], console),
  ).toBe(2);
  expect(err[0]).toContain('name the same file');
});
