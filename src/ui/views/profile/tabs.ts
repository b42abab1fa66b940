// The views of the Profile pane, in the order of their tabs.
export const profileTabs = [
  { id: 'layers', label: 'Layers', title: 'What each block and kernel costs' },
  { id: 'timeline', label: 'Timeline', title: 'The dispatches one after another, with the gaps between them' },
  { id: 'roofline', label: 'Roofline', title: 'What keeps each dispatch from being faster' },
  { id: 'memory', label: 'Memory', title: 'Which activations are alive when, and where the peak is' },
  { id: 'kernels', label: 'Kernels', title: 'The WGSL of each dispatch and the sizes that are written into it' },
] as const;
export type ProfileTab = (typeof profileTabs)[number]['id'];
