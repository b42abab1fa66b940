// Reads the words behind a verb by the verb's own option list; every refusal is a sentence with the nearest known word.
import { parseArgs } from 'node:util';
import { nearest } from '../graph/notation/nearest.ts';
import { openOutput } from './output.ts';
import { UsageError, type Given, type Option, type Output, type Verb } from './verb.ts';

const help: Option = { name: 'help', doc: 'Print this page.' };
const force: Option = { name: 'force', doc: 'Replace a file that exists.' };
const writes = (option: Option): option is Option & { readonly writes: readonly string[] } =>
  option.writes !== undefined;

/** A verb's own options, and those that follow from them. */
const ownOptions = (verb: Verb): readonly Option[] =>
  verb.options.some(writes) ? [...verb.options, force] : verb.options;
export const optionsOf = (verb: Verb): readonly Option[] => [...ownOptions(verb), help];

/** `; did you mean "x"?` or the list of what is known. */
export function didYouMean(word: string, known: readonly string[], many = 12): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return known.length <= many ? `; known are ${known.join(', ')}.` : '.';
}

/** Throws {@link UsageError}. `--help` is reported even when the rest is wrong. */
export function readArguments(name: string, verb: Verb, words: readonly string[]): Given & { readonly help: boolean } {
  const options = optionsOf(verb);
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
  });
  const positionals: string[] = [];
  const values = new Map<string, string>();
  if (tokens.some((token) => token.kind === 'option' && (token.name === 'help' || token.rawName === '-h'))) {
    return { positionals, help: true, ...readers(values, new Map()) };
  }
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name && token.rawName.startsWith('--'));
    const flags = options.map(({ name }) => `--${name}`);
    if (!option) throw new UsageError(`there is no option "${token.rawName}"${didYouMean(token.rawName, flags)}`);
    if (values.has(option.name)) throw new UsageError(`${token.rawName} is given twice.`);
    values.set(option.name, checkValue(option, token.value));
  }
  const { min, max } = verb.count;
  if (positionals.length < min) throw new UsageError(`${verb.operands} is missing: ${usage(name, verb)}`);
  if (positionals.length > max)
    throw new UsageError(`"${positionals[max] as string}" is one argument too many: ${usage(name, verb)}`);
  return { positionals, help: false, ...readers(values, openOutputs(options, positionals, values)) };
}

/** The files that the command will write, each path checked before any work. */
function openOutputs(
  options: readonly Option[],
  positionals: readonly string[],
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, Output> {
  const outputs = new Map<string, Output>();
  for (const option of options) {
    const path = values.get(option.name);
    if (path === undefined || !writes(option)) continue;
    const others = options.flatMap(({ name, value }) =>
      name !== option.name && value !== undefined ? (values.get(name) ?? []) : [],
    );
    const output = openOutput({ option, path, others: [...positionals, ...others], force: values.has('force') });
    for (const [name, { target }] of outputs)
      if (target === output.target)
        throw new UsageError(`--${name} and --${option.name} name the same file "${path}".`);
    outputs.set(option.name, output);
  }
  return outputs;
}

const readers = (
  values: ReadonlyMap<string, string>,
  outputs: ReadonlyMap<string, Output>,
): Pick<Given, 'flag' | 'word' | 'number' | 'output'> => ({
  output(name) {
    const output = outputs.get(name);
    if (!output) throw new UsageError(`where shall the result go? Give a file with --${name} FILE.`);
    return output;
  },
  flag: (name) => values.has(name),
  word: (name) => values.get(name),
  number: (name) => (values.has(name) ? Number(values.get(name)) : undefined),
});

function checkValue({ name, value, choices, range }: Option, given: string | undefined): string {
  if (value === undefined) {
    if (given !== undefined) throw new UsageError(`--${name} takes no value.`);
    return '';
  }
  if (given === undefined || given === '') throw new UsageError(`--${name} needs a value: --${name} ${value}.`);
  if (choices && !choices.includes(given))
    throw new UsageError(`--${name} cannot be "${given}"${didYouMean(given, choices)}`);
  if (range) {
    const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : NaN;
    if (!(number >= range.min && number <= range.max) || (range.integer && !Number.isInteger(number))) {
      throw new UsageError(
        `--${name} must be a ${range.integer ? 'whole ' : ''}number from ${range.min} to ${range.max}, not "${given}".`,
      );
    }
  }
  return given;
}

/** `show NET [--input N] [--width X] [--json]`. */
export function usage(name: string, verb: Verb): string {
  const options = verb.options.map(
    ({ name: option, value }) => `[--${option}${value === undefined ? '' : ` ${value}`}]`,
  );
  return [name, verb.operands, ...options].filter((part) => part !== '').join(' ');
}
