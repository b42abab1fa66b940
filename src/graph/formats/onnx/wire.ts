// Reads protobuf's wire format with every length checked against its message, no recursion of its own and no group ever followed.
import { utf8Decode, utf8Shown } from '../../utf8.ts';
import { ModelError } from '../model/model.ts';

/** One field of a message; the value's form depends on `wire` (0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes). */
export class WireField {
  constructor(
    readonly number: number,
    readonly wire: number,
    /** Offset of the value in the file. */
    readonly at: number,
    /** Where the value's bytes end. */
    readonly end: number,
    private readonly file: Uint8Array,
    private readonly bits: bigint,
    private readonly message: string,
  ) {}

  private expect(wire: number): void {
    if (this.wire !== wire)
      throw new ModelError(
        `Byte ${this.at}: field ${this.number} of ${this.message} has wire type ${this.wire}, not ${wire}.`,
      );
  }

  /** A signed 64-bit integer (int32, int64, enum); see {@link clamped}. */
  int(): number {
    this.expect(0);
    return clamped(this.bits);
  }

  float(): number {
    this.expect(5);
    return this.view().getFloat32(0, true);
  }

  bytes(): Uint8Array {
    this.expect(2);
    return this.file.subarray(this.at, this.end);
  }

  /** Strict UTF-8: for names, which must tell values apart. */
  text(): string {
    const decoded = utf8Decode(this.bytes());
    if ('text' in decoded) return decoded.text;
    throw new ModelError(`Byte ${this.at + decoded.invalidAt}: a text of ${this.message} is not UTF-8.`);
  }

  /** For texts that are only shown. */
  shownText(): string {
    return utf8Shown(this.bytes());
  }

  /** `repeated int64`: packed, or one element of the unpacked form. */
  ints(): number[] {
    if (this.wire !== 2) return [this.int()];
    const values: number[] = [];
    let at = this.at;
    while (at < this.end) {
      const { value, next } = varint(this.file, at, this.end, this.message);
      values.push(clamped(value));
      at = next;
    }
    return values;
  }

  /** `repeated` of fixed-size elements, packed or single: their bytes. */
  fixed(size: 4 | 8): Uint8Array {
    if (this.wire !== 2) this.expect(size === 4 ? 5 : 1);
    const length = this.end - this.at;
    if (length % size !== 0)
      throw new ModelError(
        `Byte ${this.at}: ${length} bytes of ${this.message} are no whole number of ${size}-byte values.`,
      );
    return this.file.subarray(this.at, this.end);
  }

  /** The fields of a nested message. */
  fields(message: string): Iterable<WireField> {
    this.expect(2);
    return fieldsOf(this.file, message, this.at, this.end);
  }

  private view(): DataView {
    return new DataView(this.file.buffer, this.file.byteOffset + this.at, this.end - this.at);
  }
}

/** The fields of the message in `file[from, to)`, in order. Throws {@link ModelError} at the first byte that fits no field. */
export function* fieldsOf(file: Uint8Array, message: string, from = 0, to = file.length): Generator<WireField> {
  let at = from;
  while (at < to) {
    const tag = varint(file, at, to, message);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (number < 1 || number > 2 ** 29 - 1) throw new ModelError(`Byte ${at}: ${message} has no field ${number}.`);
    const start = at;
    at = tag.next;
    if (wire === 0) {
      const { value, next } = varint(file, at, to, message);
      yield new WireField(number, wire, at, next, file, value, message);
      at = next;
      continue;
    }
    let length = wire === 1 ? 8 : 4;
    if (wire === 2) {
      const size = varint(file, at, to, message);
      at = size.next;
      if (size.value > BigInt(to - at))
        throw new ModelError(
          `Byte ${start}: field ${number} of ${message} claims ${size.value} bytes, but ${to - at} are left: the file is cut short or damaged.`,
        );
      length = Number(size.value);
    } else if (wire !== 1 && wire !== 5)
      throw new ModelError(`Byte ${start}: ${message} uses wire type ${wire}, which ONNX files do not have.`);
    if (length > to - at)
      throw new ModelError(`Byte ${start}: ${message} ends inside field ${number}: the file is cut short.`);
    yield new WireField(number, wire, at, at + length, file, 0n, message);
    at += length;
  }
}

/** A base-128 varint of at most ten bytes. */
function varint(file: Uint8Array, at: number, to: number, message: string): { value: bigint; next: number } {
  let low = 0;
  // Up to four bytes fit 28 bits: the common case, without BigInt.
  for (let i = 0; i < 4; i++) {
    if (at + i >= to) throw new ModelError(`Byte ${at}: ${message} ends inside a number: the file is cut short.`);
    const byte = file[at + i]!;
    low |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value: BigInt(low), next: at + i + 1 };
  }
  let value = BigInt(low);
  for (let i = 4; i < 10; i++) {
    if (at + i >= to) throw new ModelError(`Byte ${at}: ${message} ends inside a number: the file is cut short.`);
    const byte = file[at + i]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + i + 1 };
  }
  throw new ModelError(`Byte ${at}: a number of more than ten bytes in ${message}.`);
}

/** 64-bit integers beyond what a number holds exactly mean "as far as it goes" (the end of a Slice): they are cut to the largest safe ones. */
const clamped = (bits: bigint): number =>
  Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(BigInt.asIntN(64, bits))));
