// The command line as one function: picks the verb, prints help, turns refusals into sentences and exit codes.
import { didYouMean, optionsOf, readArguments, usage } from './arguments.ts';
import { textTable } from './text-table.ts';
import { NetError, UsageError, type Console, type Verb, type Verbs } from './verb.ts';

const call = 'npm run -s bottleneck --';

/**
 * Exit codes: 0 done, 1 the verb found something wrong with what it looked at, 2 the command cannot be carried out as written.
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
    if (!(error instanceof UsageError)) throw error;
    console.err(`bottleneck ${word}: ${error.message}`);
    console.err(`Help: ${call} ${word} --help`);
    return 2;
  }
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
    choices ? `${doc} Default: ${choices[0] as string}.` : doc,
  ]);
  return [
    `${call} ${usage(word, verb)}`,
    '',
    verb.doc,
    '',
    ...textTable([{ title: 'option' }, { title: 'meaning' }], options),
  ];
}
