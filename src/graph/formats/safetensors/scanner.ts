// Reads the grammar of a safetensors header byte by byte: JSON.parse would silently keep the last of two equal keys, round 2^53 + 1 and lose offsets.
import { utf8Decode } from '../../utf8.ts';

/** Every way in which a safetensors file can be refused, with the place of the first wrong byte. */
export class SafetensorsError extends Error {
  constructor(
    message: string,
    /** Byte offset in the file. */
    readonly offset: number,
    /** Tensor that the offset belongs to, when one is known. */
    readonly tensor?: string,
  ) {
    super(`safetensors, byte ${offset}${tensor === undefined ? '' : ` (tensor "${shortened(tensor)}")`}: ${message}`);
    this.name = 'SafetensorsError';
  }
}

/** A name as it may stand in a sentence: files may hold names of any length. */
export const shortened = (name: string): string => (name.length <= 100 ? name : `${name.slice(0, 100)}…`);

/** The header's is the reference's own; the others keep a hostile file from taking the machine's time or memory. */
export const limits = {
  fileBytes: 2 ** 30,
  headerBytes: 100_000_000,
  tensors: 20_000,
  metadataEntries: 20_000,
  rank: 64,
  /** Brackets inside brackets in members that are passed over: serde's own limit. */
  depth: 128,
} as const;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
export const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const SQUARE_OPEN = 0x5b;
const SQUARE_CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads the grammar of a header and nothing more: it never recurses, so no depth of brackets can hurt. What it takes is what the reference
 * (safetensors 0.8.0) takes, but for keys that stand twice, which the format's document forbids. */
export class Scanner {
  tensor: string | undefined;
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  fail(message: string, at = this.at): never {
    throw new SafetensorsError(message, at, this.tensor);
  }

  space(): void {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
    }
  }

  /** The next byte that is not white space; −1 at the end of the header. */
  peek(): number {
    this.space();
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  expect(byte: number, where: string): void {
    if (this.peek() !== byte) this.fail(`"${String.fromCharCode(byte)}" expected ${where}`);
    this.at++;
  }

  /** Calls `member` at each key; refuses a key that came before. */
  object(where: string, member: (key: string, at: number) => void): void {
    this.expect(BRACE_OPEN, where);
    const seen = new Set<string>();
    if (this.peek() === BRACE_CLOSE) {
      this.at++;
      return;
    }
    for (;;) {
      this.space();
      const at = this.at;
      const key = this.string(`as a key of ${where}`);
      if (seen.has(key)) this.fail(`the key "${shortened(key)}" stands twice`, at);
      seen.add(key);
      this.expect(COLON, `after the key "${shortened(key)}"`);
      member(key, at);
      const next = this.peek();
      if (next === BRACE_CLOSE) {
        this.at++;
        return;
      }
      this.expect(COMMA, `between the members of ${where}`);
    }
  }

  /** True where `null` stands; it is then read. */
  isNull(): boolean {
    this.space();
    const found = [0x6e, 0x75, 0x6c, 0x6c].every(
      (byte, i) => this.at + i < this.end && this.bytes[this.at + i] === byte,
    );
    if (found) this.at += 4;
    return found;
  }

  /** Passes over one value of any kind. */
  skip(where: string): void {
    const open: number[] = [];
    do {
      const next = this.peek();
      if (next === QUOTE) this.string(where);
      else if (next === BRACE_OPEN || next === SQUARE_OPEN) {
        if (open.push(next === BRACE_OPEN ? BRACE_CLOSE : SQUARE_CLOSE) > limits.depth)
          this.fail(`${where} has brackets more than ${limits.depth} deep`);
        this.at++;
      } else if (next === open.at(-1)) {
        open.pop();
        this.at++;
      } else if (open.length > 0 && (next === COMMA || next === COLON)) this.at++;
      else this.word(where);
    } while (open.length > 0);
  }

  /** A number, true, false or null. */
  private word(where: string): void {
    const from = this.at;
    while (this.at < this.end && /[-+.\w]/.test(String.fromCharCode(this.bytes[this.at] as number))) this.at++;
    const text = String.fromCharCode(...this.bytes.subarray(from, Math.min(this.at, from + 400)));
    if (!/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)$/.test(text))
      this.fail(`${where} is no value`, from);
  }

  integers(what: string, most: number): number[] {
    this.expect(SQUARE_OPEN, `before ${what}`);
    const values: number[] = [];
    if (this.peek() === SQUARE_CLOSE) {
      this.at++;
      return values;
    }
    for (;;) {
      if (values.length === most) this.fail(`${what} has more than ${most} numbers`);
      values.push(this.integer(what));
      if (this.peek() === SQUARE_CLOSE) {
        this.at++;
        return values;
      }
      this.expect(COMMA, `in ${what}`);
    }
  }

  integer(what: string): number {
    this.space();
    const from = this.at;
    let value = 0;
    for (; this.at < this.end; this.at++) {
      const digit = (this.bytes[this.at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (value === 0 && this.at > from) this.fail(`${what}: a number may not begin with 0`, from);
      value = value * 10 + digit;
      if (value > Number.MAX_SAFE_INTEGER) this.fail(`${what}: a number is larger than 2^53 − 1`, from);
    }
    if (this.at === from) this.fail(`${what}: a whole number ≥ 0 expected`);
    const next = this.bytes[this.at] as number;
    if (this.at < this.end && (next === 0x2e || next === 0x65 || next === 0x45)) {
      this.fail(`${what}: a whole number expected, without fraction or exponent`, from);
    }
    return value;
  }

  string(where: string): string {
    this.expect(QUOTE, where);
    const from = this.at;
    let text = '';
    let plainFrom = this.at;
    const plain = (): void => {
      const decoded = utf8Decode(this.bytes, plainFrom, this.at);
      if ('invalidAt' in decoded) this.fail('the text is not valid UTF-8', decoded.invalidAt);
      text += decoded.text;
    };
    for (; ; this.at++) {
      if (this.at >= this.end) this.fail('a string does not end inside the header', from);
      const byte = this.bytes[this.at] as number;
      if (byte < 0x20) this.fail('a control character stands in a string');
      if (byte === QUOTE) {
        plain();
        this.at++;
        if (/[\ud800-\udfff]/u.test(text)) this.fail('a string holds half a surrogate pair', from);
        return text;
      }
      if (byte === BACKSLASH) {
        plain();
        text += this.escape();
        plainFrom = this.at + 1;
      }
    }
  }

  /** At a backslash: returns its meaning and stops at its last byte. */
  private escape(): string {
    const at = this.at++;
    if (this.at >= this.end) this.fail('a string does not end inside the header', at);
    const letter = String.fromCharCode(this.bytes[this.at] as number);
    const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (simple !== undefined) return simple;
    const digits = String.fromCharCode(...this.bytes.subarray(this.at + 1, Math.min(this.at + 5, this.end)));
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('unknown escape in a string', at);
    this.at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }
}
