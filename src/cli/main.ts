// The command line's entry: `node main.js VERB …`; the same file, started as a worker thread, verifies golden records.
import { isMainThread, parentPort } from 'node:worker_threads';
import { startDebug } from '../workers/engine/debug.ts';
import { runCommand, unexpected } from './command.ts';
import type { Console } from './verb.ts';
import * as verbs from './verbs/index.ts';
import { verifyInThread, type VerifyRequest } from './verbs/verify.ts';

if (isMainThread) {
  // `… | head` closes the pipe early: that is no error.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const console: Console = {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    threadEntry: new URL(import.meta.url),
  };
  startDebug(process.env['DEBUG'] ?? '', console.err);
  // What no promise carries to the command (a callback of the GPU library, a timer).
  process.on('uncaughtException', (error) => {
    for (const line of unexpected(process.argv[2] ?? '', error)) console.err(line);
    process.exit(3);
  });
  process.exitCode = await runCommand(verbs, process.argv.slice(2), console);
} else {
  parentPort?.on('message', (request: VerifyRequest) => {
    void verifyInThread(request).then((result) => parentPort?.postMessage(result));
  });
}
