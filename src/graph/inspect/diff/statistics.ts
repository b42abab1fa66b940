// What two constants differ by, in the words of a table: their values where they are few, else mean, deviation and range of the real numbers.
import type { AffineQuantization, ModelTensor } from '../../formats/model/model.ts';
import { computable, decoded } from '../../formats/model/tensor.ts';

/** Values that are written out. */
const fewest = 8;

/** Undefined where the bytes are equal and mean the same, or where one is not known. */
export function constantsDiffer(
  before: ModelTensor | undefined,
  after: ModelTensor | undefined,
): { readonly before: string; readonly after: string } | undefined {
  if (!before || !after) return undefined;
  const alike =
    before.type === after.type &&
    before.missing === after.missing &&
    JSON.stringify(before.quantization) === JSON.stringify(after.quantization);
  if (alike && sameBytes(before.bytes, after.bytes)) return undefined;
  const [a, b] = [valuesOf(before), valuesOf(after)];
  const by =
    a && b && a.length === b.length && a.length > fewest ? `; largest difference ${digits(farthest(a, b))}` : '';
  return { before: wordsOf(before, a), after: `${wordsOf(after, b)}${by}` };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const digits = (value: number): string => String(Number(value.toPrecision(5))).replace('-', '−');

const valuesOf = (tensor: ModelTensor): ArrayLike<number> | undefined =>
  tensor.missing === undefined && computable(tensor.type) ? realValues(tensor) : undefined;

function wordsOf(tensor: ModelTensor, values: ArrayLike<number> | undefined): string {
  if (tensor.missing !== undefined) return `in "${tensor.missing}", which was not given`;
  if (!values) return `${tensor.bytes.length} bytes of ${tensor.type}`;
  const { length } = values;
  if (length === 0) return 'no values';
  if (length <= fewest) return Array.from(values, digits).join(', ');
  let [sum, squares, least, most] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const mean = sum / length;
  for (let i = 0; i < length; i++) squares += (values[i]! - mean) ** 2;
  return `mean ${digits(mean)}, std ${digits(Math.sqrt(squares / length))}, ${digits(least)} to ${digits(most)}`;
}

function realValues(tensor: ModelTensor): ArrayLike<number> {
  const { data, shape } = decoded(tensor);
  const { scale, zeroPoint, axis }: AffineQuantization = tensor.quantization ?? { scale: [], zeroPoint: [], axis: 0 };
  if (scale.length === 0) return data;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const at = (i: number): number => (scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length);
  return Float32Array.from(data, (value, i) => (value - (zeroPoint[at(i)] ?? zeroPoint[0] ?? 0)) * scale[at(i)]!);
}
