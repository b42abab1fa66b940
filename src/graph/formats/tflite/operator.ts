// Reads one TFLite operator: its kind, operands and the options that its kind has.
import { ModelError, type ModelAttribute, type ModelNode } from '../model/model.ts';
import { activations, operatorOptions, paddings, type OptionField } from './schema.ts';
import type { Table } from './table.ts';

export interface OperatorCode {
  readonly kind: string;
  /** Name among the built-in operators, or undefined for a custom or unknown one. */
  readonly builtin: string | undefined;
}

/** `reference` checks a tensor index and returns its key. */
export function readOperator(
  table: Table,
  index: number,
  codes: readonly OperatorCode[],
  reference: (index: number, where: string) => string,
): ModelNode {
  const code = codes[table.uint(0)];
  if (!code)
    throw new ModelError(`Operator ${index} is of code ${table.uint(0)}, but the file has ${codes.length} codes.`);
  const where = `Operator ${index} (${code.kind})`;
  // −1 stands for an optional operand that is absent.
  const inputs = table.ints(1, 65_536).map((i) => (i === -1 ? '' : reference(i, where)));
  const outputs = table.ints(2, 65_536).map((i) => reference(i, where));
  const attributes = new Map<string, ModelAttribute>();
  const options = code.builtin === undefined ? undefined : operatorOptions[code.builtin];
  let subgraphs = 0;
  if (options) {
    const union = table.ubyte(3);
    const stored = union === 0 ? undefined : table.table(4, `options ${union}`, `the options of ${where}`);
    if (stored ? union !== options.union : options.required)
      throw new ModelError(`${where} ${stored ? 'has the options of another operator' : 'has no options'}.`);
    for (const field of options.fields) {
      const value = stored ? readOption(stored, field, where) : field.otherwise;
      attributes.set(field.name, stored ? value : named(field, field.otherwise, where));
      if (field.name.endsWith('_subgraph')) subgraphs++;
    }
  }
  const custom = code.kind.startsWith('CUSTOM:') ? table.bytes(5) : undefined;
  if (custom)
    attributes.set('custom_options', { name: 'custom_options', type: 'uint8', shape: [custom.length], bytes: custom });
  return { index, name: '', kind: code.kind, inputs, outputs, attributes, subgraphs };
}

function readOption(table: Table, field: OptionField, where: string): ModelAttribute {
  switch (field.stored) {
    case 'list':
      return table.ints(field.id, 64);
    case 'float':
      return table.float(field.id, field.otherwise);
    case 'flag':
      return table.byte(field.id, field.otherwise) === 0 ? 0 : 1;
    case 'byte':
      return named(field, table.byte(field.id, field.otherwise), where);
    case 'int':
      return table.int(field.id, field.otherwise);
  }
}

/** Enumerations by their names: an unknown padding leaves the shape open and is refused, an unknown activation is kept to be listed. */
function named(field: OptionField, value: number, where: string): ModelAttribute {
  if (field.name === 'activation') return activations[value] ?? `UNKNOWN_${value & 0xff}`;
  if (field.name !== 'padding') return value;
  const padding = paddings[value];
  if (padding === undefined)
    throw new ModelError(`${where} has padding kind ${value}; SAME (0) and VALID (1) are defined.`);
  return padding;
}
