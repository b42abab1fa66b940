// Writes a flatbuffer from nested data: each table before what it points to, so that every offset leads forward.
import { utf8Encode } from '../../utf8.ts';

export type FlatField =
  | { readonly kind: 'byte' | 'int' | 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'ints' | 'longs' | 'floats'; readonly value: readonly number[] }
  /** Begins on a multiple of 16 bytes, as TFLite wants its buffers. */
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'table'; readonly value: FlatTable }
  | { readonly kind: 'tables'; readonly value: readonly FlatTable[] };

/** Fields by their number in the schema; absent ones have the schema's default. */
export type FlatTable = readonly (FlatField | undefined)[];

export const byte = (value: number): FlatField => ({ kind: 'byte', value });
export const int = (value: number): FlatField => ({ kind: 'int', value });
export const float = (value: number): FlatField => ({ kind: 'float', value });
export const ints = (value: readonly number[]): FlatField => ({ kind: 'ints', value });
/** 64-bit integers. */
export const longs = (value: readonly number[]): FlatField => ({ kind: 'longs', value });
export const floats = (value: readonly number[]): FlatField => ({ kind: 'floats', value });
export const text = (value: string): FlatField => ({ kind: 'text', value });

/** `identifier`: four ASCII letters at offset 4. */
export function encodeFlatbuffer(root: FlatTable, identifier: string): Uint8Array {
  const writer = new Writer();
  writer.claim(8, 4);
  writer.bytes.set(utf8Encode(identifier), 4);
  writer.point(0, writer.table(root));
  return writer.bytes.slice(0, writer.end);
}

class Writer {
  bytes = new Uint8Array(1 << 16);
  end = 0;
  private view = new DataView(this.bytes.buffer);

  /** Place of `size` fresh bytes, of which byte `aligned` lies on a multiple of `to`. */
  claim(size: number, to: number, aligned = 0): number {
    const at = Math.ceil((this.end + aligned) / to) * to - aligned;
    this.end = at + size;
    if (this.end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.end, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  point(from: number, to: number): void {
    this.view.setUint32(from, to - from, true);
  }

  table(fields: FlatTable): number {
    const sizeOf = (field: FlatField | undefined): number => (field ? (field.kind === 'byte' ? 1 : 4) : 0);
    // Wide fields first: the bytes behind them need no alignment.
    const order = fields.map((_, slot) => slot).sort((a, b) => sizeOf(fields[b]) - sizeOf(fields[a]));
    const places = new Map<number, number>();
    let size = 4;
    for (const slot of order) {
      if (!fields[slot]) continue;
      places.set(slot, size);
      size += sizeOf(fields[slot]);
    }
    const slots = this.claim(4 + 2 * fields.length, 2);
    const at = this.claim(size, 4);
    this.view.setUint16(slots, 4 + 2 * fields.length, true);
    this.view.setUint16(slots + 2, size, true);
    fields.forEach((_, slot) => this.view.setUint16(slots + 4 + 2 * slot, places.get(slot) ?? 0, true));
    this.view.setInt32(at, at - slots, true);
    for (const [slot, place] of places) this.field(at + place, fields[slot]!);
    return at;
  }

  private field(at: number, field: FlatField): void {
    switch (field.kind) {
      case 'byte':
        return this.view.setUint8(at, field.value);
      case 'int':
        return this.view.setInt32(at, field.value, true);
      case 'float':
        return this.view.setFloat32(at, field.value, true);
      case 'text':
        return this.point(at, this.vector(utf8Encode(`${field.value}\0`), 4, -1));
      case 'bytes':
        return this.point(at, this.vector(field.value, 16));
      case 'ints': {
        const place = this.vector(new Uint8Array(4 * field.value.length), 4, -3 * field.value.length);
        field.value.forEach((value, i) => this.view.setInt32(place + 4 + 4 * i, value, true));
        return this.point(at, place);
      }
      case 'floats': {
        const { length } = field.value;
        return this.point(at, this.vector(new Uint8Array(Float32Array.from(field.value).buffer), 4, -3 * length));
      }
      case 'longs': {
        const place = this.vector(new Uint8Array(8 * field.value.length), 8, -7 * field.value.length);
        field.value.forEach((value, i) => this.view.setBigInt64(place + 4 + 8 * i, BigInt(value), true));
        return this.point(at, place);
      }
      case 'table':
        return this.point(at, this.table(field.value));
      case 'tables': {
        const { length } = field.value;
        const place = this.vector(new Uint8Array(4 * length), 4, -3 * length);
        this.point(at, place);
        field.value.forEach((table, i) => this.point(place + 4 + 4 * i, this.table(table)));
      }
    }
  }

  /** A vector whose count is its bytes and `more`. */
  private vector(data: Uint8Array, to: number, more = 0): number {
    const place = this.claim(4 + data.length, to, 4);
    this.view.setUint32(place, data.length + more, true);
    this.bytes.set(data, place + 4);
    return place;
  }
}
