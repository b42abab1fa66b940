// The preset files: one import and one line per `.arch` text, in the order in which they are shown.
import efficientnet from './efficientnet.arch?raw';
import efficientnetLite from './efficientnet_lite.arch?raw';
import fdMobilenet from './fd_mobilenet.arch?raw';
import mbv2Ca from './mbv2_ca.arch?raw';
import mixnetM from './mixnet_m.arch?raw';
import mixnetS from './mixnet_s.arch?raw';
import mnasnetA1 from './mnasnet_a1.arch?raw';
import mnasnetB1 from './mnasnet_b1.arch?raw';
import mnasnetSmall from './mnasnet_small.arch?raw';
import mobiledetCpu from './mobiledet_cpu.arch?raw';
import mobiledetDsp from './mobiledet_dsp.arch?raw';
import mobiledetEdgetpu from './mobiledet_edgetpu.arch?raw';
import mobiledetGpu from './mobiledet_gpu.arch?raw';
import mobilenetv1 from './mobilenetv1.arch?raw';
import mobilenetv1h from './mobilenetv1_h.arch?raw';
import mobilenetv2 from './mobilenetv2.arch?raw';
import mobilenetv2d from './mobilenetv2_d.arch?raw';
import mobilenetv3Large from './mobilenetv3_large.arch?raw';
import mobilenetv3LargeCa from './mobilenetv3_large_ca.arch?raw';
import mobilenetv3LargeMinimal from './mobilenetv3_large_minimal.arch?raw';
import mobilenetv3Rw from './mobilenetv3_rw.arch?raw';
import mobilenetv3Small from './mobilenetv3_small.arch?raw';
import mobilenetv3SmallCa from './mobilenetv3_small_ca.arch?raw';
import mobilenetv3SmallMinimal from './mobilenetv3_small_minimal.arch?raw';
import mobilenetv4ConvLarge from './mobilenetv4_conv_large.arch?raw';
import mobilenetv4ConvMedium from './mobilenetv4_conv_medium.arch?raw';
import mobilenetv4ConvSmall from './mobilenetv4_conv_small.arch?raw';
import mobilenetv4HybridLarge from './mobilenetv4_hybrid_large.arch?raw';
import mobilenetv4HybridMedium from './mobilenetv4_hybrid_medium.arch?raw';

export const presetTexts: readonly string[] = [
  mobilenetv4ConvSmall,
  mobilenetv4ConvMedium,
  mobilenetv4ConvLarge,
  mobilenetv4HybridMedium,
  mobilenetv4HybridLarge,
  mobilenetv3Large,
  mobilenetv3LargeMinimal,
  mobilenetv3Small,
  mobilenetv3SmallMinimal,
  mobilenetv3Rw,
  mobilenetv3LargeCa,
  mobilenetv3SmallCa,
  mobilenetv2,
  mobilenetv2d,
  mbv2Ca,
  mobilenetv1,
  mobilenetv1h,
  fdMobilenet,
  mnasnetA1,
  mnasnetB1,
  mnasnetSmall,
  efficientnet,
  efficientnetLite,
  mixnetS,
  mixnetM,
  mobiledetCpu,
  mobiledetEdgetpu,
  mobiledetDsp,
  mobiledetGpu,
];
