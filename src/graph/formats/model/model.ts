// What an ONNX or TFLite file says, in one form: nodes over named values, constants as bytes, nothing interpreted yet.

/** Element types of both formats under one name each. `string` and `resource` values are carried, never computed with. */
export type DataType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'int4'
  | 'uint4'
  | 'float8'
  | 'float4'
  | 'complex'
  | 'string'
  | 'resource';

/** Bits an element takes in the file; 0 where it has no fixed size. */
export const bitsOf: Readonly<Record<DataType, number>> = {
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float64: 64,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  bool: 8,
  int4: 4,
  uint4: 4,
  float8: 8,
  float4: 4,
  complex: 64,
  string: 0,
  resource: 0,
};

/** Affine quantisation: real = scale · (stored − zeroPoint), one pair for the tensor or one for each slice along `axis`. */
export interface AffineQuantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** A value of the graph as the file declares it. Declared shapes may lie (they are hints): inference has the last word. */
export interface ModelValue {
  /** Key in {@link Model.values}: the file's name, or in TFLite, where names need not differ, the tensor's index. */
  readonly name: string;
  /** The file's own name where it is not the key. */
  readonly label?: string;
  readonly type: DataType | undefined;
  /** −1 for a dimension that the file leaves open; undefined where it says nothing. */
  readonly shape: readonly number[] | undefined;
  readonly quantization?: AffineQuantization;
}

/** A constant: its own bytes, little-endian, row-major; a view of the file wherever the file stores them so. */
export interface ModelTensor {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly quantization?: AffineQuantization;
  /** Set where the bytes are in another file that was not given with this one. */
  readonly missing?: string;
}

export type ModelAttribute = number | string | readonly number[] | readonly string[] | ModelTensor;

export interface ModelNode {
  /** Position in the file's own order. */
  readonly index: number;
  /** The file's name of the node, or '' (TFLite has none). */
  readonly name: string;
  /** `Conv`, `CONV_2D`; another domain than the standard's stands before it (`com.microsoft.FusedConv`, `CUSTOM:Name`). */
  readonly kind: string;
  /** '' for an optional operand that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ModelAttribute>;
  /** Subgraphs that the node would run (If, Loop, While): how many. Such nodes are shown, not run. */
  readonly subgraphs: number;
}

export interface Model {
  readonly format: 'onnx' | 'tflite';
  readonly name: string;
  readonly producer: string;
  /** ONNX: domain → version ('' is the standard domain). TFLite: '' → schema version. */
  readonly opsets: ReadonlyMap<string, number>;
  /** In an order in which every value is written before it is read. */
  readonly nodes: readonly ModelNode[];
  /** Values that a caller must feed. */
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, ModelTensor>;
  /** Everything declared about a value, by name. */
  readonly values: ReadonlyMap<string, ModelValue>;
  /** Free texts of the file, shown as they are. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Sentences about what is odd but allowed. */
  readonly warnings: readonly string[];
}

/** What is wrong with a file and where: a byte offset, a node, a value. The message is a sentence for the user. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelError';
  }
}

export const modelLimits = {
  fileBytes: 1e9,
  /** Nodes, constants and declared values, each. */
  entries: 100_000,
  /** Bytes of all names together once they are copied out of the file. */
  nameBytes: 64 * 2 ** 20,
  rank: 8,
  dimension: 2 ** 31 - 1,
  /** Elements of any value: 4 GB as float32. */
  elements: 2 ** 30,
  subgraphDepth: 128,
} as const;

/** Elements of a shape, refused before anything of that size is made. `where` begins the sentence. */
export function checkedElements(shape: readonly number[], where: string): number {
  if (shape.length > modelLimits.rank)
    throw new ModelError(`${where} has ${shape.length} axes; at most ${modelLimits.rank} are read.`);
  let elements = 1;
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0 || size > modelLimits.dimension)
      throw new ModelError(`${where} has a dimension of ${size}, which no tensor can have.`);
    elements *= size;
    if (elements > modelLimits.elements)
      throw new ModelError(`${where} would hold ${shape.join(' × ')} values, more than a tensor may have here (2^30).`);
  }
  return elements;
}

/** Names may be long, empty or hold markup and control characters: quoted, cut and made visible for a sentence. */
export function quoted(name: string): string {
  const shown = [...name.slice(0, 81)].map((c) => (/[\p{Cc}\p{Cf}]/u.test(c) ? '�' : c)).join('');
  return `"${name.length > 80 ? `${shown.slice(0, 80)}…` : shown}"`;
}

/** How a node is called in a sentence: by its name where it has one, else by its place. */
export const nodeLabel = (node: Pick<ModelNode, 'index' | 'name' | 'kind'>): string =>
  node.name === '' ? `node ${node.index} (${node.kind})` : `${node.kind} ${quoted(node.name)}`;
