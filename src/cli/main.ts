// The command line's entry: `node main.js VERB …`; the same file, started as a worker thread, verifies golden records.
import { isMainThread, parentPort } from 'node:worker_threads';
import { startDebug } from '../workers/engine/debug.ts';
import { check } from './verbs/check.ts';
import { runCommand } from './command.ts';
import { compare } from './verbs/compare.ts';
import { plan } from './verbs/plan.ts';
import { presets } from './verbs/presets.ts';
import { print } from './verbs/print.ts';
import { profile } from './verbs/profile.ts';
import { quantize } from './verbs/quantize.ts';
import { run } from './verbs/run.ts';
import { show } from './verbs/show.ts';
import type { Verb } from './verb.ts';
import { verifyFile } from './verify-record.ts';
import { verifyVerb } from './verbs/verify.ts';

/** One line a verb, in the order of the help. */
const verbs: readonly Verb[] = [
  presets,
  show,
  print,
  check,
  plan,
  profile,
  run,
  verifyVerb(new URL(import.meta.url)),
  quantize,
  compare,
];

if (isMainThread) {
  // `… | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const console = {
    out: (line: string) => void process.stdout.write(`${line}\n`),
    err: (line: string) => void process.stderr.write(`${line}\n`),
  };
  startDebug(process.env['DEBUG'] ?? '', console.err);
  process.exitCode = await runCommand(verbs, process.argv.slice(2), console);
} else {
  parentPort?.on('message', (file: string) => {
    void verifyFile(file).then((result) => parentPort?.postMessage(result));
  });
}
