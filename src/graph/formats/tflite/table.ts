// Bounds-checked reading of flatbuffer tables: every offset, vtable and vector is held against the file before it is followed.
// Format: FlatBuffers binary (little-endian; a table begins with the signed distance back to its vtable). The JavaScript runtime has no verifier.
import { utf8Decode } from '../../utf8.ts';
import { CopyBudget } from '../model/check.ts';
import { ModelError } from '../model/model.ts';

/** A file being read; knows which kind of table lies where, so that one place is never two kinds. */
export class FlatFile {
  readonly view: DataView;
  readonly names = new CopyBudget();
  private readonly kinds = new Map<number, string>();

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  need(at: number, length: number, what: string): void {
    if (at < 4 || length < 0 || at + length > this.bytes.length)
      throw new ModelError(
        `${what} would lie at bytes ${at} to ${at + length}, but the file has ${this.bytes.length}: it is cut short or damaged.`,
      );
  }

  /** Follows the unsigned offset stored at `at`. */
  follow(at: number, what: string): number {
    this.need(at, 4, `The offset of ${what}`);
    const offset = this.view.getUint32(at, true);
    if (offset === 0) throw new ModelError(`Byte ${at}: the offset of ${what} is 0.`);
    this.need(at + offset, 4, what);
    return at + offset;
  }

  table(at: number, kind: string, label = kind): Table {
    const other = this.kinds.get(at);
    if (other !== undefined && other !== kind) throw new ModelError(`Byte ${at}: ${label} lies where ${other} is.`);
    this.kinds.set(at, kind);
    return new Table(this, at, label);
  }
}

export class Table {
  private readonly vtable: number;
  private readonly vtableBytes: number;
  private readonly tableBytes: number;

  constructor(
    readonly file: FlatFile,
    readonly at: number,
    /** How the table is called in a sentence. */
    readonly label: string,
  ) {
    file.need(at, 4, label);
    this.vtable = at - file.view.getInt32(at, true);
    file.need(this.vtable, 4, `The vtable of ${label}`);
    this.vtableBytes = file.view.getUint16(this.vtable, true);
    this.tableBytes = file.view.getUint16(this.vtable + 2, true);
    if (this.vtable === at || this.vtableBytes < 4 || this.vtableBytes % 2 !== 0 || this.tableBytes < 4)
      throw new ModelError(`Byte ${at}: ${label} has no valid vtable.`);
    file.need(this.vtable, this.vtableBytes, `The vtable of ${label}`);
    file.need(at, this.tableBytes, label);
  }

  /** Place of field `id`, or undefined where the table leaves it at its default. */
  private place(id: number, bytes: number): number | undefined {
    const slot = 4 + 2 * id;
    if (slot + 2 > this.vtableBytes) return undefined;
    const offset = this.file.view.getUint16(this.vtable + slot, true);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + bytes > this.tableBytes)
      throw new ModelError(`Byte ${this.at}: field ${id} of ${this.label} lies outside its table.`);
    return this.at + offset;
  }

  has(id: number): boolean {
    return this.place(id, 1) !== undefined;
  }

  byte(id: number, otherwise = 0): number {
    const at = this.place(id, 1);
    return at === undefined ? otherwise : this.file.view.getInt8(at);
  }

  ubyte(id: number, otherwise = 0): number {
    return this.byte(id, otherwise) & 0xff;
  }

  int(id: number, otherwise = 0): number {
    const at = this.place(id, 4);
    return at === undefined ? otherwise : this.file.view.getInt32(at, true);
  }

  uint(id: number, otherwise = 0): number {
    return this.int(id, otherwise) >>> 0;
  }

  float(id: number, otherwise = 0): number {
    const at = this.place(id, 4);
    return at === undefined ? otherwise : this.file.view.getFloat32(at, true);
  }

  /** An unsigned 64-bit number; refused where a number cannot hold it. */
  ulong(id: number): number {
    const at = this.place(id, 8);
    if (at === undefined) return 0;
    const value = Number(this.file.view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value))
      throw new ModelError(`Byte ${at}: ${this.label} holds ${value}, no offset of a file.`);
    return value;
  }

  table(id: number, kind: string, label = `${kind} of ${this.label}`): Table | undefined {
    const at = this.place(id, 4);
    return at === undefined ? undefined : this.file.table(this.file.follow(at, label), kind, label);
  }

  text(id: number): string {
    const vector = this.vector(id, 1, 'text');
    if (!vector) return '';
    this.file.names.take(vector.length);
    const decoded = utf8Decode(this.file.bytes, vector.from, vector.from + vector.length);
    if ('invalidAt' in decoded)
      throw new ModelError(`Byte ${decoded.invalidAt}: a name of ${this.label} is not UTF-8.`);
    return decoded.text;
  }

  bytes(id: number): Uint8Array | undefined {
    const vector = this.vector(id, 1, 'data');
    return vector && this.file.bytes.subarray(vector.from, vector.from + vector.length);
  }

  ints(id: number, most: number): number[] {
    return this.list(id, 4, most, (at) => this.file.view.getInt32(at, true));
  }

  floats(id: number, most: number): number[] {
    return this.list(id, 4, most, (at) => this.file.view.getFloat32(at, true));
  }

  longs(id: number, most: number): number[] {
    return this.list(id, 8, most, (at) => Number(this.file.view.getBigInt64(at, true)));
  }

  ushorts(id: number, most: number): number[] {
    return this.list(id, 2, most, (at) => this.file.view.getUint16(at, true));
  }

  /** Tables of a vector, each called by `name` and its place. */
  tables(id: number, kind: string, most: number, name: (index: number) => string): Table[] {
    const vector = this.vector(id, 4, `${kind}s`);
    if (!vector) return [];
    if (vector.length > most)
      throw new ModelError(`${this.label} has ${vector.length} ${kind}s; at most ${most} are read.`);
    return Array.from({ length: vector.length }, (_, i) =>
      this.file.table(this.file.follow(vector.from + 4 * i, name(i)), kind, name(i)),
    );
  }

  private list(id: number, size: number, most: number, read: (at: number) => number): number[] {
    const vector = this.vector(id, size, 'numbers');
    if (!vector) return [];
    if (vector.length > most)
      throw new ModelError(`${this.label} has a list of ${vector.length} numbers; at most ${most} are read.`);
    return Array.from({ length: vector.length }, (_, i) => read(vector.from + size * i));
  }

  private vector(id: number, size: number, what: string): { from: number; length: number } | undefined {
    const at = this.place(id, 4);
    if (at === undefined) return undefined;
    const label = `The ${what} of ${this.label}`;
    const start = this.file.follow(at, label);
    const length = this.file.view.getUint32(start, true);
    this.file.need(start + 4, length * size, label);
    return { from: start + 4, length };
  }
}
