// The line that ends the backbone: what stands below it is a part of its own, with its own module names.
import { defineBlock } from './block.ts';

export const part = defineBlock({
  word: 'part',
  doc: 'Ends the backbone, or the part above: the lines below are the modules NAME.0, NAME.1, …',
  source: 'every net with a decoder, extra layers or several heads',
  place: 'part',
  args: [{ key: 'name', label: 'name', kind: 'word', required: true, doc: 'First word of the parameters’ names.' }],
  bare: 'name',
  // Names only; the expander reads it.
  expand: () => undefined,
});
