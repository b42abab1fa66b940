// The part of TFLite's schema (schema.fbs, version 3) that is read, as data: operator names, element types, option tables.
import type { DataType } from '../model/model.ts';

export const tensorTypes: readonly (DataType | undefined)[] = [
  'float32',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex',
  'int8',
  'float64',
  'complex',
  'uint64',
  'resource',
  'resource',
  'uint32',
  'uint16',
  'int4',
  'bfloat16',
];

/** BuiltinOperator, by number. */
export const operators: readonly string[] =
  `ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE
EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM
EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE
UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST
PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS
EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK
REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS
SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF
WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES
CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU
DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST
BITWISE_XOR RIGHT_SHIFT`.split(/\s+/);

/** How an option is stored. `flag` is a byte read as 0 or 1; `list` a vector of int32. */
type Stored = 'byte' | 'flag' | 'int' | 'float' | 'list';
export interface OptionField {
  readonly name: string;
  readonly id: number;
  readonly stored: Stored;
  readonly otherwise: number;
}
export interface Options {
  /** Number of the table in the BuiltinOptions union. */
  readonly union: number;
  readonly fields: readonly OptionField[];
  /** The operator means nothing without its options. */
  readonly required: boolean;
}

/** `name:stored[=default]`, in the order of the schema; `-` for a field that is not read. */
const options = (union: number, fields: string, required = false): Options => ({
  union,
  required,
  fields: fields
    .split(' ')
    .map((text, id) => ({ text, id }))
    .filter(({ text }) => text !== '-' && text !== '')
    .map(({ text, id }) => {
      const [, name = '', stored = '', otherwise = '0'] = /^(\w+):(\w+)=?(.*)$/.exec(text) ?? [];
      return { name, id, stored: stored as Stored, otherwise: Number(otherwise || 0) };
    }),
});

const reducer = options(27, 'keep_dims:flag');
const pool = options(
  5,
  'padding:byte stride_w:int stride_h:int filter_width:int filter_height:int activation:byte',
  true,
);

/** Options of each operator that has any worth reading. */
export const operatorOptions: Readonly<Record<string, Options>> = {
  CONV_2D: options(1, 'padding:byte stride_w:int stride_h:int activation:byte dilation_w:int=1 dilation_h:int=1', true),
  DEPTHWISE_CONV_2D: options(
    2,
    'padding:byte stride_w:int stride_h:int depth_multiplier:int activation:byte dilation_w:int=1 dilation_h:int=1',
    true,
  ),
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  L2_POOL_2D: pool,
  SVDF: options(6, 'rank:int activation:byte'),
  FULLY_CONNECTED: options(8, 'activation:byte weights_format:byte keep_num_dims:flag asymmetric_quantize_inputs:flag'),
  SOFTMAX: options(9, 'beta:float'),
  CONCATENATION: options(10, 'axis:int activation:byte'),
  ADD: options(11, 'activation:byte'),
  L2_NORMALIZATION: options(12, 'activation:byte'),
  RESIZE_BILINEAR: options(15, '- - align_corners:flag half_pixel_centers:flag'),
  RESHAPE: options(17, 'new_shape:list'),
  SPACE_TO_DEPTH: options(19, 'block_size:int'),
  MUL: options(21, 'activation:byte'),
  GATHER: options(23, 'axis:int batch_dims:int'),
  MEAN: reducer,
  SUM: reducer,
  REDUCE_MAX: reducer,
  REDUCE_MIN: reducer,
  REDUCE_PROD: reducer,
  REDUCE_ANY: reducer,
  REDUCE_ALL: reducer,
  SUB: options(28, 'activation:byte'),
  DIV: options(29, 'activation:byte'),
  ONE_HOT: options(61, 'axis:int'),
  CUMSUM: options(102, 'exclusive:flag reverse:flag'),
  SQUEEZE: options(30, 'squeeze_dims:list'),
  STRIDED_SLICE: options(
    32,
    'begin_mask:int end_mask:int ellipsis_mask:int new_axis_mask:int shrink_axis_mask:int offset:flag',
  ),
  SPLIT: options(35, 'num_splits:int'),
  CAST: options(37, 'in_type:byte out_type:byte'),
  ARG_MAX: options(40, 'output_type:byte'),
  TRANSPOSE_CONV: options(49, 'padding:byte stride_w:int stride_h:int activation:byte', true),
  SHAPE: options(55, 'output_type:byte'),
  PACK: options(59, 'values_count:int axis:int'),
  UNPACK: options(64, 'num:int axis:int'),
  ARG_MIN: options(57, 'output_type:byte'),
  RESIZE_NEAREST_NEIGHBOR: options(74, 'align_corners:flag half_pixel_centers:flag'),
  LEAKY_RELU: options(75, 'alpha:float'),
  MIRROR_PAD: options(77, 'mode:byte'),
  SPLIT_V: options(79, 'num_splits:int'),
  IF: options(92, 'then_subgraph:int else_subgraph:int', true),
  WHILE: options(93, 'cond_subgraph:int body_subgraph:int', true),
  DEPTH_TO_SPACE: options(94, 'block_size:int'),
  BATCH_MATMUL: options(101, 'adj_x:flag adj_y:flag'),
  CALL_ONCE: options(103, 'init_subgraph:int', true),
  GELU: options(116, 'approximate:flag'),
};

/** ActivationFunctionType, by number. */
export const activations: readonly string[] = ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH', 'SIGN_BIT'];
/** Padding, by number. */
export const paddings: readonly string[] = ['SAME', 'VALID'];
