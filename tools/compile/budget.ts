// The budget of compiled kernels: no spills, enough waves to hide memory, and grids that fill a large GPU, with the exceptions and their reasons.
import type { CompiledDispatch } from './model.ts';

/** Nets whose plans are held to it. */
export const budgetNets = [
  'mobilenetv1_100',
  'mobilenetv2_100',
  'mobilenetv3_large_100',
  'mobilenetv3_large_100_ca',
  'mobilenetv4_conv_small',
  'mobilenetv4_hybrid_medium',
  'efficientnet_b0',
  'efficientnet_lite0',
  'mixnet_s',
  'efficientformer_l1',
  'efficientformerv2_s0',
  't2t_vit_7',
  'mobilenetv2_100+evonormb0',
  'mobilenetv2_100:int8',
] as const;

const leastWavesPerSimd = 8;
/** A Radeon RX 7900 XTX has as many SIMDs: fewer waves leave some idle. */
const leastWaves = 192;
/** Dispatches below both are over before the next one's launch. */
const smallMacs = 200_000;
const smallBytes = 100_000;

interface Exception {
  readonly kernel: string;
  /** Waves that it must have all the same. */
  readonly waves: number;
  readonly why: string;
}

/** Kernels that are large by what they read and still leave SIMDs idle. */
export const exceptions: readonly Exception[] = [
  {
    kernel: 'gate/workgroup',
    waves: 8,
    why: 'Two small layers on one vector: the second needs all of the first, and a launch more costs what a wider grid saves.',
  },
  {
    kernel: 'depthwise/rows',
    waves: 128,
    why: 'Maps of 7×7 and 8×8: one output vec4 an invocation already.',
  },
  {
    kernel: 'coordinateGate/workgroup',
    waves: 112,
    why: 'A workgroup of 256 for each of the fourteen rows and columns of a 7×7 map.',
  },
  { kernel: 'pool/window', waves: 38, why: 'One output vec4 an invocation already; nine additions.' },
  { kernel: 'slice/element', waves: 2, why: 'Reads one token of its input, of which the cost model counts all.' },
  {
    kernel: 'expandDepthwise/tile',
    waves: 176,
    why: 'Smaller tiles would expand more pixels twice than the idle SIMDs could.',
  },
  {
    kernel: 'evonormB0/workgroup',
    waves: 64,
    why: 'A workgroup of 256 for four channels of a picture: the variance needs all of their pixels.',
  },
  {
    kernel: 'int8Pointwise/tiled-dot',
    waves: 70,
    why: 'One vec4 of one row an invocation: not yet split over the inputs.',
  },
];

/** What breaks the budget, a sentence each. */
export function broken(dispatches: readonly CompiledDispatch[]): string[] {
  return dispatches.flatMap((d) => {
    const where = `${d.kernel} of ${d.from.at(-1) ?? ''}`;
    const large = d.macs > smallMacs || d.bytes > smallBytes;
    const least = exceptions.find(({ kernel }) => kernel === d.kernel)?.waves ?? leastWaves;
    return [
      ...(d.spilledVgprs + d.spilledSgprs > 0 ? [`${where} spills ${d.spilledVgprs + d.spilledSgprs} registers`] : []),
      ...(d.wavesPerSimd < leastWavesPerSimd ? [`${where} has ${d.wavesPerSimd} waves a SIMD`] : []),
      ...(large && d.waves < least
        ? [`${where} (${(d.macs / 1e6).toFixed(2)} MMAC, ${Math.round(d.bytes / 1e3)} kB) has ${d.waves} waves`]
        : []),
    ];
  });
}
