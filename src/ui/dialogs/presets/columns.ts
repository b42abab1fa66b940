// The columns of the gallery's table.
import type { PresetSortKey } from './rows.ts';

export const columns: readonly { key: PresetSortKey; label: string; of?: string; title: string }[] = [
  { key: 'name', label: 'Net', title: 'Name, as timm spells it' },
  { key: 'params', label: 'Params', title: 'Trainable parameters' },
  { key: 'macs', label: 'MACs', title: 'Multiply-accumulates for one picture of the input size' },
  { key: 'input', label: 'Input', title: 'Height and width of the picture in pixels' },
  {
    key: 'here',
    label: 'Here',
    title: 'Latency on this device with made-up weights, input in JavaScript to logits in JavaScript: the median',
  },
  {
    key: 'top1Paper',
    label: 'Top-1',
    of: 'paper',
    title: 'ImageNet top-1 accuracy in percent as the authors give it; * = not checked in the source',
  },
  {
    key: 'top1Timm',
    label: 'Top-1',
    of: 'timm',
    title: 'ImageNet top-1 accuracy in percent as timm measures its first checkpoint',
  },
];
