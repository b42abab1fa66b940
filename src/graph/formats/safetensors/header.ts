// The header of a safetensors file as data: tensors and metadata as they are written, with their places for messages.
import { BRACE_OPEN, limits, Scanner, shortened } from './scanner.ts';

/** A tensor's entry as written; ranges are still unchecked. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** Byte offset of the entry's name in the file, for messages. */
  readonly at: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

function scanTensor(scan: Scanner, name: string, at: number): HeaderEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let range: number[] | undefined;
  scan.tensor = name;
  scan.object('a tensor', (key) => {
    if (key === 'dtype') dtype = scan.string('as the dtype');
    else if (key === 'shape') shape = scan.integers('the shape', limits.rank);
    else if (key === 'data_offsets') range = scan.integers('data_offsets', 2);
    // The reference passes over members that it does not know.
    else scan.skip(`"${shortened(key)}"`);
  });
  if (dtype === undefined) scan.fail('the dtype is missing', at);
  if (shape === undefined) scan.fail('the shape is missing', at);
  if (range === undefined) scan.fail('data_offsets are missing', at);
  const [begin, end] = range;
  if (begin === undefined || end === undefined) scan.fail('data_offsets must be two numbers', at);
  scan.tensor = undefined;
  return { name, dtype, shape, begin, end, at };
}

/** Scans the header that occupies `bytes[from, to)`. Throws {@link SafetensorsError}. */
export function scanHeader(bytes: Uint8Array, from: number, to: number): SafetensorsHeader {
  const scan = new Scanner(bytes, from, to);
  if (scan.peek() !== BRACE_OPEN) scan.fail('the header must begin with "{"');
  const entries: HeaderEntry[] = [];
  const metadata = new Map<string, string>();
  scan.object('the header', (name, at) => {
    if (name === '__metadata__') {
      if (scan.isNull()) return;
      scan.object('__metadata__', (key) => {
        if (metadata.size === limits.metadataEntries)
          scan.fail(`__metadata__ has more than ${limits.metadataEntries} entries`);
        metadata.set(key, scan.string(`as the value of "${shortened(key)}"`));
      });
      return;
    }
    if (entries.length === limits.tensors) scan.fail(`the file has more than ${limits.tensors} tensors`, at);
    entries.push(scanTensor(scan, name, at));
  });
  if (scan.peek() !== -1) scan.fail('something follows the header object');
  return { entries, metadata };
}
