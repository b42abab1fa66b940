// What a TFLite file says of itself in its model metadata: description, author, licence, preparation of pictures, and the label files that are
// appended as a zip. Schema: tflite_support/metadata/metadata_schema.fbs, identifier M001.
import { utf8Decode } from '../../utf8.ts';
import { ModelError, type ModelValue } from '../model/model.ts';
import { storedFiles } from './appended-zip.ts';
import { FlatFile, type Table } from './table.ts';

/** Of each kind of table; real files have a handful. */
const most = 256;
/** AssociatedFileType: names of classes, along an axis or by value. */
const labelTypes = [2, 3];
/** ProcessUnitOptions: NormalizationOptions. */
const normalization = 1;

/** Name → text. `file`: the whole file, at whose end the zip is; `input`: the first input of the graph. */
export function modelMetadata(
  stored: Uint8Array,
  file: Uint8Array,
  input: ModelValue | undefined,
): ReadonlyMap<string, string> {
  if (stored.length < 16 || String.fromCharCode(...stored.subarray(4, 8)) !== 'M001')
    throw new ModelError('The model metadata do not begin with "M001": they are of a version that is not known.');
  const flat = new FlatFile(stored);
  const root = flat.table(flat.view.getUint32(0, true), 'ModelMetadata', 'the model metadata');
  const texts = new Map<string, string>();
  const fields = { name: 0, description: 1, version: 2, author: 4, license: 5 };
  for (const [name, field] of Object.entries(fields)) if (root.has(field)) texts.set(name, root.text(field));
  const listed = (table: Table, field: number, kind: string): Table[] =>
    table.tables(field, kind, most, (i) => `${kind} ${i}`);
  const [graph] = listed(root, 3, 'SubGraphMetadata');
  const inputs = graph ? listed(graph, 2, 'TensorMetadata') : [];
  const outputs = graph ? listed(graph, 3, 'TensorMetadata') : [];
  const preparation = preparationOf(inputs[0] && listed(inputs[0], 4, 'ProcessUnit'), input);
  if (preparation) texts.set('preprocessing', JSON.stringify(preparation));
  const holders = [
    ...outputs.map((table) => [table, 6] as const),
    ...(graph ? [[graph, 4] as const] : []),
    [root, 6] as const,
  ];
  const files = holders.flatMap(([table, field]) => listed(table, field, 'AssociatedFile'));
  if (files.length === 0) return texts;
  texts.set('associated files', files.map((one) => one.text(0)).join(', '));
  const content = storedFiles(file);
  for (const one of files) {
    if (!labelTypes.includes(one.byte(2))) continue;
    const bytes = content.get(one.text(0));
    const decoded = bytes && utf8Decode(bytes);
    if (!decoded || !('text' in decoded)) continue;
    const labels = decoded.text.replace(/\r/g, '').replace(/\n+$/, '').split('\n');
    texts.set('labels', JSON.stringify(labels));
    break;
  }
  return texts;
}

/** Means and deviations are of values from 0 to 255. Bytes are taken as they are: their own scale is then the preparation. */
function preparationOf(units: readonly Table[] | undefined, input: ModelValue | undefined) {
  const { type, quantization } = input ?? {};
  const [scale] = quantization?.scale ?? [];
  if (type === 'uint8' && scale !== undefined && scale > 0) {
    const [zero = 0] = quantization?.zeroPoint ?? [];
    return { mean: [zero / 255], std: [1 / (255 * scale)] };
  }
  const options = units?.find((unit) => unit.ubyte(0) === normalization)?.table(1, 'NormalizationOptions');
  const [mean, std] = [options?.floats(0, most) ?? [], options?.floats(1, most) ?? []];
  const isUsable = (values: readonly number[]): boolean =>
    (values.length === 1 || values.length === 3) && values.every((value) => Number.isFinite(value));
  if (!isUsable(mean) || !isUsable(std) || std.some((value) => value <= 0)) return undefined;
  return { mean: mean.map((value) => value / 255), std: std.map((value) => value / 255) };
}
