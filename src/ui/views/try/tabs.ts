// The views of the Try pane, in the order of their tabs.
export const tryTabs = [
  { id: 'answer', label: 'Answer', title: 'What the net takes the picture for, and how the picture was prepared' },
  {
    id: 'inside',
    label: 'Inside',
    title: 'What every layer makes of this picture; check of every layer against the CPU',
  },
  { id: 'batch', label: 'Batch', title: 'Many photos at once: table, CSV, confusion matrix' },
  { id: 'teach', label: 'Teach', title: 'Teach the net classes of your own' },
  { id: 'weights', label: 'Weights', title: 'Which weights are loaded, where they come from, and others to load' },
] as const;
export type TryTab = (typeof tryTabs)[number]['id'];
