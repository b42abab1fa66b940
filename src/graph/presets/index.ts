// The preset files: one import and one line per `.arch` text, in the order in which they are shown.
import blazeface from './blazeface.arch?raw';
import deeplabv3AsppMobilenetv2 from './deeplabv3_aspp_mobilenetv2.arch?raw';
import deeplabv3Mobilenetv2 from './deeplabv3_mobilenetv2.arch?raw';
import deeplabv3Mobilenetv2Os8 from './deeplabv3_mobilenetv2_os8.arch?raw';
import deeplabv3Mobilenetv2Same from './deeplabv3_mobilenetv2_same.arch?raw';
import efficientformerL1 from './efficientformer_l1.arch?raw';
import efficientformerL3 from './efficientformer_l3.arch?raw';
import efficientformerL7 from './efficientformer_l7.arch?raw';
import efficientformerV2L from './efficientformerv2_l.arch?raw';
import efficientformerV2S0 from './efficientformerv2_s0.arch?raw';
import efficientformerV2S1 from './efficientformerv2_s1.arch?raw';
import efficientformerV2S2 from './efficientformerv2_s2.arch?raw';
import efficientnet from './efficientnet.arch?raw';
import efficientnetLite from './efficientnet_lite.arch?raw';
import face68 from './face68.arch?raw';
import faceMesh from './face_mesh.arch?raw';
import fdMobilenet from './fd_mobilenet.arch?raw';
import landmarks68Mobilenetv2 from './landmarks68_mobilenetv2.arch?raw';
import lrasppMobilenetv3Large from './lraspp_mobilenetv3_large.arch?raw';
import mbv2Ca from './mbv2_ca.arch?raw';
import mixnetM from './mixnet_m.arch?raw';
import mixnetS from './mixnet_s.arch?raw';
import mnasnetA1 from './mnasnet_a1.arch?raw';
import mnasnetB1 from './mnasnet_b1.arch?raw';
import mnasnetSmall from './mnasnet_small.arch?raw';
import mobiledetCpu from './mobiledet_cpu.arch?raw';
import mobiledetCpuSsdlite from './mobiledet_cpu_ssdlite.arch?raw';
import mobiledetDsp from './mobiledet_dsp.arch?raw';
import mobiledetDspSsdlite from './mobiledet_dsp_ssdlite.arch?raw';
import mobiledetEdgetpu from './mobiledet_edgetpu.arch?raw';
import mobiledetEdgetpuSsdlite from './mobiledet_edgetpu_ssdlite.arch?raw';
import mobiledetGpu from './mobiledet_gpu.arch?raw';
import mobiledetGpuSsdlite from './mobiledet_gpu_ssdlite.arch?raw';
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
import mobilenetv4SmallAdv from './mobilenetv4_small_adv.arch?raw';
import multiexitMobilenetv2 from './multiexit_mobilenetv2.arch?raw';
import selfie from './selfie.arch?raw';
import ssdMobilenetv2 from './ssd_mobilenetv2.arch?raw';
import ssdMobilenetv2Oid from './ssd_mobilenetv2_oid.arch?raw';
import ssdlite320Mobilenetv3Large from './ssdlite320_mobilenetv3_large.arch?raw';
import ssdliteMobilenetv2 from './ssdlite_mobilenetv2.arch?raw';
import ssdliteMobilenetv2Coco from './ssdlite_mobilenetv2_coco.arch?raw';
import ssdliteMobilenetv2Pedestrian from './ssdlite_mobilenetv2_pedestrian.arch?raw';
import t2tVit10 from './t2t_vit_10.arch?raw';
import t2tVit12 from './t2t_vit_12.arch?raw';
import t2tVit14 from './t2t_vit_14.arch?raw';
import t2tVit19 from './t2t_vit_19.arch?raw';
import t2tVit24 from './t2t_vit_24.arch?raw';
import t2tVit7 from './t2t_vit_7.arch?raw';
import t2tVitT14 from './t2t_vit_t_14.arch?raw';
import t2tVitT19 from './t2t_vit_t_19.arch?raw';
import t2tVitT24 from './t2t_vit_t_24.arch?raw';
import wav2small2 from './wav2small_2.arch?raw';
import wav2small72k from './wav2small_72k.arch?raw';
import yamnet from './yamnet.arch?raw';

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
  efficientformerL1,
  efficientformerL3,
  efficientformerL7,
  efficientformerV2S0,
  efficientformerV2S1,
  efficientformerV2S2,
  efficientformerV2L,
  t2tVit7,
  t2tVit10,
  t2tVit12,
  t2tVit14,
  t2tVit19,
  t2tVit24,
  t2tVitT14,
  t2tVitT19,
  t2tVitT24,
  ssdliteMobilenetv2,
  ssdliteMobilenetv2Coco,
  ssdliteMobilenetv2Pedestrian,
  ssdMobilenetv2,
  ssdMobilenetv2Oid,
  ssdlite320Mobilenetv3Large,
  mobiledetCpuSsdlite,
  mobiledetEdgetpuSsdlite,
  mobiledetDspSsdlite,
  mobiledetGpuSsdlite,
  deeplabv3Mobilenetv2,
  deeplabv3Mobilenetv2Same,
  deeplabv3Mobilenetv2Os8,
  deeplabv3AsppMobilenetv2,
  lrasppMobilenetv3Large,
  selfie,
  blazeface,
  faceMesh,
  face68,
  landmarks68Mobilenetv2,
  yamnet,
  wav2small72k,
  wav2small2,
  mobilenetv4SmallAdv,
  multiexitMobilenetv2,
];
