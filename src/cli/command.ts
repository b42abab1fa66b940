// The command line as one function: picks the verb, prints help, turns refusals into sentences and exit codes.
import { PictureError } from '../graph/formats/pictures/header.ts';
import { SafetensorsError } from '../graph/formats/safetensors/read.ts';
import { LoweringError } from '../graph/lower/lowering-error.ts';
import { PlanError } from '../graph/plan/memory.ts';
import { QuantizedFileError } from '../graph/quant/file.ts';
import { OutOfMemoryError } from '../workers/engine/program.ts';
import { didYouMean, optionsOf, readArguments, usage } from './arguments.ts';
import { forgetFiles, systemReason } from './files.ts';
import { textTable } from './text-table.ts';
import { NetError, UsageError, type Console, type Verb, type Verbs } from './verb.ts';

const call = 'npm run -s bottleneck --';

/**
 * Exit codes: 0 done, 1 the verb found something wrong with what it looked at, 2 the command cannot be carried out as written, 3 a fault
 * of Bottleneck's own.
 */
export async function runCommand(verbs: Verbs, words: readonly string[], console: Console): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    const name = word === 'help' ? (rest[0] ?? '') : '';
    const about = verbNamed(verbs, name);
    for (const line of about ? verbHelp(name, about) : help(verbs)) console.out(line);
    return word === undefined ? 2 : 0;
  }
  const verb = verbNamed(verbs, word);
  if (!verb) {
    const what = word.startsWith('-') ? `"${word}" stands where a verb should` : `there is no verb "${word}"`;
    console.err(`bottleneck: ${what}${didYouMean(word, Object.keys(verbs))}`);
    console.err(`Help: ${call} --help`);
    return 2;
  }
  forgetFiles();
  try {
    const given = readArguments(word, verb, rest);
    if (given.help) {
      for (const line of verbHelp(word, verb)) console.out(line);
      return 0;
    }
    return await verb.run(given, console);
  } catch (error) {
    if (error instanceof NetError) {
      console.err(error.message);
      return 1;
    }
    if (foreseen.some((known) => error instanceof known)) {
      console.err(`bottleneck ${word}: ${(error as Error).message}.`);
      return 1;
    }
    if (error instanceof UsageError) {
      console.err(`bottleneck ${word}: ${error.message}`);
      console.err(`Help: ${call} ${word} --help`);
      return 2;
    }
    for (const line of unexpected(word, error)) console.err(line);
    return 3;
  }
}

/** Errors of nets, files and devices whose messages are sentences, wherever they come from. */
const foreseen = [PlanError, LoweringError, SafetensorsError, QuantizedFileError, PictureError, OutOfMemoryError];

/**
 * What is said of an error that no verb foresaw: memory and disk in words, a net that does not fit as its own sentence, everything else
 * as a fault of Bottleneck's, with what to report. Never a stack trace: `DEBUG=1` prints it.
 */
export function unexpected(word: string, error: unknown): string[] {
  const { name = 'Error', message = String(error), code } = error as Partial<NodeJS.ErrnoException>;
  const trace = process.env['DEBUG'] && error instanceof Error ? [error.stack ?? ''] : [];
  if (error instanceof RangeError && /allocation|array length|string length|buffer size/i.test(message))
    return [`bottleneck ${word}: the memory does not suffice for this net or picture; use a smaller input.`, ...trace];
  if (code !== undefined && 'syscall' in (error as object))
    return [`bottleneck ${word}: a file cannot be used: ${systemReason(error)} (${message}).`, ...trace];
  const sentence = message
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const place = /([\w.-]+\.ts:\d+)/.exec(error instanceof Error ? (error.stack ?? '') : '')?.[1];
  return [
    `bottleneck ${word}: this went wrong inside Bottleneck: ${sentence}.`,
    `Please report the whole command with these words: ${name}${place === undefined ? '' : ` at ${place}`}. DEBUG=1 before the command prints more.`,
    ...trace,
  ];
}

const verbNamed = (verbs: Verbs, name: string): Verb | undefined =>
  Object.hasOwn(verbs, name) ? verbs[name] : undefined;

function help(verbs: Verbs): string[] {
  return [
    `${call} VERB …: nets of the MobileNet family as text, counted, run and compared.`,
    '',
    ...Object.entries(verbs).flatMap(([name, verb]) => [`  ${usage(name, verb)}`, `      ${verb.doc}`]),
    '',
    'NET is the name of a preset, a name that one of the naming schemes builds, or a file with an architecture text.',
    `${call} VERB --help tells more about one verb.`,
  ];
}

function verbHelp(word: string, verb: Verb): string[] {
  const options = optionsOf(verb).map(({ name, value, doc, choices }) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    choices && !doc.includes('when not given') ? `${doc} Default: ${choices[0] as string}.` : doc,
  ]);
  return [
    `${call} ${usage(word, verb)}`,
    '',
    verb.doc,
    '',
    ...textTable([{ title: 'option' }, { title: 'meaning' }], options),
  ];
}
