// `verify FILE…`: golden records against our own nets, several at a time, one line a file and a count that scripts can read.
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { parseRecord } from '../../graph/inspect/task-record.ts';
import { readText } from '../files.ts';
import { trainingOn } from '../../workers/engine/train-records.ts';
import { gpuExecutor, gpuOptions, openGpu, planFor } from '../gpu-device.ts';
import { verifyFile, type VerifiedFile } from '../verify-record.ts';
import { verifyTrainFile } from '../verify-train.ts';
import { json, UsageError, type Console, type Verb } from '../verb.ts';

/** Work of a record in MACs: the longest are started first. Unreadable ones cost nothing. */
function work(file: string): number {
  try {
    const parsed = parseRecord(readText(file, 'record'));
    if ('problem' in parsed) return 0;
    const { macs_conv, macs_linear } = ('task' in parsed ? parsed.task : parsed.record).at_input;
    return macs_conv + macs_linear;
  } catch {
    return 0;
  }
}

/**
 * Verifies all files on `threads` worker threads (0: in this thread) and reports each as soon as those before it are known.
 * `entry` is the script that runs `serveThread` when it is started as a thread.
 */
export async function verifyAll(
  files: readonly string[],
  threads: number,
  entry: URL | undefined,
  report: (result: VerifiedFile) => void,
  train = false,
): Promise<VerifiedFile[]> {
  const results: (VerifiedFile | undefined)[] = files.map(() => undefined);
  const queue = files.map((file, index) => ({ file, index, work: work(file) })).sort((a, b) => b.work - a.work);
  let reported = 0;
  const finish = (index: number, result: VerifiedFile): void => {
    results[index] = result;
    for (; reported < results.length; reported++) {
      const next = results[reported];
      if (!next) return;
      report(next);
    }
  };
  const drain = async (verify: (file: string) => Promise<VerifiedFile>): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) finish(job.index, await verify(job.file));
  };
  if (threads === 0 || entry === undefined) await drain((file) => verifyInThread({ file, train }));
  else {
    await Promise.all(
      Array.from({ length: Math.min(threads, files.length) }, async () => {
        const thread = new Thread(entry);
        await drain((file) => thread.verify({ file, train }));
        await thread.stop();
      }),
    );
  }
  return results as VerifiedFile[];
}

/** What a verifying thread is sent. */
export interface VerifyRequest {
  readonly file: string;
  /** A training record. */
  readonly train: boolean;
}

/** What a verifying thread does with it, on the CPU. */
export const verifyInThread = async ({ file, train }: VerifyRequest): Promise<VerifiedFile> =>
  train ? verifyTrainFile(file) : verifyFile(file);

/** One file after another in this thread: Dawn needs the main one. */
async function verifyOnGpu(
  files: readonly string[],
  verify: (file: string) => Promise<VerifiedFile>,
  report: (result: VerifiedFile) => void,
): Promise<VerifiedFile[]> {
  const results: VerifiedFile[] = [];
  for (const file of files) {
    const result = await verify(file);
    report(result);
    results.push(result);
  }
  return results;
}

/** What verifies a file on the named adapter. */
async function gpuVerifier(
  word: (name: string) => string | undefined,
  train: boolean,
): Promise<(file: string) => Promise<VerifiedFile>> {
  if (train) {
    const backend = trainingOn(await openGpu(word('adapter')));
    return (file) => verifyTrainFile(file, backend);
  }
  const executor = await gpuExecutor(word('adapter'), word('precision'), word('for'));
  return (file) => verifyFile(file, executor);
}

/** A worker thread that verifies one file after another; when it dies (out of memory), the file fails and the next one gets a new thread. */
class Thread {
  #worker: Worker | undefined;
  #settle: (result: Verdict) => void = () => undefined;
  constructor(readonly entry: URL) {}

  async verify(request: VerifyRequest): Promise<VerifiedFile> {
    const verdict = await new Promise<Verdict>((resolve) => {
      this.#settle = resolve;
      this.#worker ??= this.#start();
      this.#worker.postMessage(request);
    });
    if (typeof verdict === 'object') return verdict;
    this.#worker = undefined;
    return { file: request.file, passed: false, failures: [`the verifying thread stopped: ${verdict}`], seconds: 0 };
  }

  #start(): Worker {
    const worker = new Worker(this.entry);
    // An `exit` follows an `error`: by then the thread is another one and its file is not to be blamed.
    const settle = (verdict: Verdict): void => {
      if (this.#worker === worker) this.#settle(verdict);
    };
    worker.on('message', settle);
    worker.on('error', (error: Error) => settle(error.message));
    worker.on('exit', (code) => settle(`exit code ${code}`));
    return worker;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** A file's result, or why the thread died. */
type Verdict = VerifiedFile | string;

const difference = ({ worst, worstAt, unit = 'std' }: VerifiedFile): string =>
  worst === undefined ? '' : `${worst.toExponential(1)} ${unit} at ${worstAt as string}`;

function resultLine(result: VerifiedFile, nameWidth: number): string {
  const { file, passed, failures, seconds } = result;
  const name = basename(file).padEnd(nameWidth);
  if (passed) return `passed  ${name}  worst ${difference(result).padEnd(22)}  ${seconds.toFixed(1).padStart(6)} s`;
  const shown = failures.slice(0, 4).join('; ') + (failures.length > 4 ? `; and ${failures.length - 4} more` : '');
  return `FAILED  ${name}  ${difference(result) === '' ? '' : `worst ${difference(result)}: `}${shown}`;
}

export const verify: Verb = {
  operands: 'FILE…',
  count: { min: 1, max: Infinity },
  doc: 'Builds the net of each golden record, refills its weights, runs it and compares names, shapes, counts, checkpoints and logits.',
  options: [
    {
      name: 'device',
      value: 'cpu|webgpu',
      choices: ['cpu', 'webgpu'],
      doc: 'Where the net runs: cpu = the float64-accumulating reference; webgpu = the kernels, through Dawn.',
    },
    ...gpuOptions,
    planFor,
    {
      name: 'train',
      doc: 'The files are training records: nets, ops, losses, optimizers, schedules.',
    },
    json,
  ],
  async run({ positionals, flag, word }, console: Console) {
    const asJson = flag('json');
    const onGpu = word('device') === 'webgpu';
    if (!onGpu && [...gpuOptions, planFor].some(({ name }) => word(name) !== undefined)) {
      throw new UsageError('--adapter, --precision and --for belong to --device webgpu.');
    }
    const nameWidth = Math.max(...positionals.map((file) => basename(file).length));
    const threads = positionals.length === 1 ? 0 : Math.max(2, availableParallelism());
    const report = (result: VerifiedFile): void => {
      if (!asJson) console.out(resultLine(result, nameWidth));
    };
    const train = flag('train');
    if (train && onGpu && (word('precision') === 'f16' || word('for') !== undefined))
      throw new UsageError('--train computes in f32 and has one plan for all devices.');
    const results = onGpu
      ? await verifyOnGpu(positionals, await gpuVerifier(word, train), report)
      : await verifyAll(positionals, threads, console.threadEntry, report, train);
    const passed = results.filter((result) => result.passed).length;
    const failed = results.length - passed;
    console.out(
      asJson ? JSON.stringify({ results, passed, failed }, undefined, 2) : `${passed} passed, ${failed} failed`,
    );
    return failed > 0 ? 1 : 0;
  },
};
