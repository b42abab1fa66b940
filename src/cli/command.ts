// The command line as one function: picks the verb, prints help, turns refusals into sentences and exit codes.
import { didYouMean, optionsOf, readArguments, usage } from './arguments.ts';
import { textTable } from './text-table.ts';
import { NetError, UsageError, type Console, type Verb } from './verb.ts';

const call = 'npm run -s bottleneck --';

/**
 * Exit codes: 0 done, 1 the verb found something wrong with what it looked at, 2 the command cannot be carried out as written.
 */
export async function runCommand(verbs: readonly Verb[], words: readonly string[], console: Console): Promise<number> {
  const [word, ...rest] = words;
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    const about = word === 'help' && rest[0] !== undefined ? verbs.find(({ name }) => name === rest[0]) : undefined;
    for (const line of about ? verbHelp(about) : help(verbs)) console.out(line);
    return word === undefined ? 2 : 0;
  }
  const verb = verbs.find(({ name }) => name === word);
  if (!verb) {
    const names = verbs.map(({ name }) => name);
    const what = word.startsWith('-') ? `"${word}" stands where a verb should` : `there is no verb "${word}"`;
    console.err(`bottleneck: ${what}${didYouMean(word, names)}`);
    console.err(`Help: ${call} --help`);
    return 2;
  }
  try {
    const given = readArguments(verb, rest);
    if (given.help) {
      for (const line of verbHelp(verb)) console.out(line);
      return 0;
    }
    return await verb.run(given, console);
  } catch (error) {
    if (error instanceof NetError) {
      console.err(error.message);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    console.err(`bottleneck ${verb.name}: ${error.message}`);
    console.err(`Help: ${call} ${verb.name} --help`);
    return 2;
  }
}

function help(verbs: readonly Verb[]): string[] {
  return [
    `${call} VERB …: nets of the MobileNet family as text, counted, run and compared.`,
    '',
    ...verbs.flatMap((verb) => [`  ${usage(verb)}`, `      ${verb.doc}`]),
    '',
    `${call} VERB --help tells more about one verb.`,
  ];
}

function verbHelp(verb: Verb): string[] {
  const options = optionsOf(verb).map(({ name, value, doc, choices }) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    choices ? `${doc} Default: ${choices[0] as string}.` : doc,
  ]);
  return [
    `${call} ${usage(verb)}`,
    '',
    verb.doc,
    '',
    ...textTable([{ title: 'option' }, { title: 'meaning' }], options),
  ];
}
