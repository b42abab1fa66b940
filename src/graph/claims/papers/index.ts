// The papers whose claims are checked: MobileNetV1 and the twenty that this program grew from.
import type { Paper } from '../claim.ts';
import { coordinateAttention } from './coordinate-attention.ts';
import { efficientformer, efficientformerv2 } from './efficientformer.ts';
import { efficientnet } from './efficientnet.ts';
import { evonorm } from './evonorm.ts';
import { fdMobilenet } from './fd-mobilenet.ts';
import { integerOnly, integerWorkflow } from './integers.ts';
import { mixnet } from './mixnet.ts';
import { mnasnet } from './mnasnet.ts';
import { mobiledets } from './mobiledets.ts';
import { mobilenetv1 } from './mobilenetv1.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { mobilenetv3 } from './mobilenetv3.ts';
import { mobilenetv4 } from './mobilenetv4.ts';
import { approxnet, codeReef } from './systems.ts';
import { t2tVit } from './t2t-vit.ts';
import { datasetReinforcement, landmarkDistillation } from './training-papers.ts';
import { wav2small } from './wav2small.ts';

export const papers: readonly Paper[] = [
  mobilenetv1,
  mobilenetv2,
  mobilenetv3,
  mobilenetv4,
  fdMobilenet,
  mnasnet,
  efficientnet,
  mixnet,
  mobiledets,
  efficientformer,
  efficientformerv2,
  t2tVit,
  evonorm,
  coordinateAttention,
  integerOnly,
  integerWorkflow,
  landmarkDistillation,
  datasetReinforcement,
  wav2small,
  approxnet,
  codeReef,
];
