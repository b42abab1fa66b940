// ONNX node tests that fail and may, each group with its reason: `conformance` fails for any other, and for one of these that passes.
const groups: Readonly<Record<string, readonly string[]>> = {
  'Gives the scores of attention besides its result, which no mobile net reads.': [
    'node/test_attention_4d_with_qk_matmul',
    'node/test_attention_4d_with_qk_matmul_bias',
    'node/test_attention_4d_with_qk_matmul_softmax',
  ],
  'Works over three axes; mobile nets work over one or two.': [
    'node/test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_False',
    'node/test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True',
    'node/test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_False',
    'node/test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True',
    'node/test_averagepool_3d_dilations_small',
    'node/test_convtranspose_3d',
    'node/test_maxpool_3d_dilations',
    'node/test_maxpool_3d_dilations_use_ref_impl',
    'node/test_maxpool_3d_dilations_use_ref_impl_large',
    'pytorch-converted/test_AvgPool3d',
    'pytorch-converted/test_AvgPool3d_stride',
    'pytorch-converted/test_AvgPool3d_stride1_pad0_gpu_input',
    'pytorch-converted/test_Conv3d',
    'pytorch-converted/test_Conv3d_dilated',
    'pytorch-converted/test_Conv3d_dilated_strided',
    'pytorch-converted/test_Conv3d_groups',
    'pytorch-converted/test_Conv3d_no_bias',
    'pytorch-converted/test_Conv3d_stride',
    'pytorch-converted/test_Conv3d_stride_padding',
    'pytorch-converted/test_MaxPool3d',
    'pytorch-converted/test_MaxPool3d_stride',
    'pytorch-converted/test_MaxPool3d_stride_padding',
  ],
  'Trains: statistics of the batch are for training alone.': [
    'node/test_batchnorm_epsilon_training_mode',
    'node/test_batchnorm_example_training_mode',
  ],
  'Is quantized in blocks, as language models are.': [
    'node/test_dequantizelinear_blocked',
    'node/test_quantizelinear_blocked_asymmetric',
  ],
  'Gives the places of the maxima, which only unpooling reads.': [
    'node/test_maxpool_with_argmax_2d_precomputed_pads',
    'node/test_maxpool_with_argmax_2d_precomputed_strides',
  ],
  'ONNX Runtime computes it differently from the file, as we do.': [
    'node/test_resize_downsample_scales_cubic_align_corners',
    'node/test_resize_downsample_scales_linear_align_corners',
  ],
};

/** Name of a test → why it may fail. */
export const conformanceExceptions: ReadonlyMap<string, string> = new Map(
  Object.entries(groups).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
