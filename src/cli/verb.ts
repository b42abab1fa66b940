// What a verb of the command line must say about itself: help, argument checking and dispatch all derive from it.

/** One `--name`; without `value` it is a bare flag. */
export interface Option {
  readonly name: string;
  /** Placeholder of the value in the help: `N`, `X`, `arch|timm|json`. */
  readonly value?: string;
  readonly doc: string;
  /** Accepted words; the first one is the default. */
  readonly choices?: readonly string[];
  /** The value is a file that the verb writes, by {@link Given.output}: the endings that its name may have. */
  readonly writes?: readonly string[];
  /** The value is a number in this range. */
  readonly range?: { readonly min: number; readonly max: number; readonly integer: boolean };
}

/** A path that may be written. */
export interface Output {
  /** As the user gave it. */
  readonly path: string;
  /** The file itself: absolute, links followed. */
  readonly target: string;
  /** Throws {@link UsageError} where the disk lacks room for `bytes`: to be asked before the work, with a safe upper bound. */
  reserve(bytes: number): void;
  /** Writes, reads back by the file's own reader and only then gives the file its name. Throws {@link UsageError}; an old file is then as it was. */
  save(bytes: Uint8Array, readBack: (bytes: Uint8Array) => void): void;
}

export interface Given {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  word(name: string): string | undefined;
  number(name: string): number | undefined;
  /** The file of an option that `writes`, its path checked already. Throws {@link UsageError} when it was not given. */
  output(name: string): Output;
}

/** Where a verb writes: lines of text, without the line's end. */
export interface Console {
  out(line: string): void;
  err(line: string): void;
  /** The script that serves a verb's worker threads; absent: the verb does everything in this thread. */
  readonly threadEntry?: URL;
}

/** Its name is its key in the table of verbs. */
export interface Verb {
  /** Positional arguments in the help: `NET`, `FILE…`, or empty. */
  readonly operands: string;
  /** How many positional arguments it takes. */
  readonly count: { readonly min: number; readonly max: number };
  /** One line for the list of verbs. */
  readonly doc: string;
  readonly options: readonly Option[];
  /** Returns the exit code. Throws {@link UsageError} or {@link NetError}. */
  run(given: Given, console: Console): number | Promise<number>;
}

export type Verbs = Readonly<Record<string, Verb>>;

/** A command that cannot be carried out as written: one sentence for the user, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A net that cannot be built: a sentence about the net, exit code 1. */
export class NetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NetError';
  }
}

export const json: Option = { name: 'json', doc: 'Print JSON instead of text.' };
