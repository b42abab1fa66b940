// The views of the Quantize pane, in the order in which they are used.
export const quantizeTabs = [
  { id: 'calibrate', label: 'Calibrate', title: 'How the range of each tensor is chosen, and what each way costs' },
  { id: 'layers', label: 'Layers', title: 'Signal to quantization noise of every layer' },
  { id: 'mixed', label: 'Sensitivity', title: 'Which layers suffer most, and how many to keep in float' },
  { id: 'verdict', label: 'Verdict', title: 'float32, float16 and int8 side by side on this device' },
] as const;
export type QuantizeTab = (typeof quantizeTabs)[number]['id'];
