// The arguments that go with every word: how knobs scale the line, its epsilon, and the names by which results are read.
import type { Argument } from './block.ts';

/** Arguments that every line takes; the expander applies them, blocks never see them. */
export const universalArguments: readonly Argument[] = [
  { key: 'fixwidth', label: 'fixed width', kind: 'flag', doc: 'Channels are not multiplied by `width`.' },
  {
    key: 'fixbelow',
    label: 'fixed below',
    kind: 'number',
    min: 0,
    max: 8,
    doc: 'Channels are not multiplied by a `width` below this (`fixbelow1`: only ever widened).',
  },
  { key: 'fixdepth', label: 'fixed depth', kind: 'flag', doc: 'Repeats are not multiplied by `depth`.' },
  {
    key: 'rounddepth',
    label: 'rounded depth',
    kind: 'flag',
    doc: 'A stage with this flag rounds its scaled repeats to the nearest instead of up (MixNet).',
  },
  {
    key: 'eps',
    label: 'epsilon',
    kind: 'number',
    min: 1e-12,
    max: 1,
    doc: 'Epsilon of this line’s norms instead of the header’s.',
  },
  {
    key: 'from',
    label: 'reads',
    kind: 'names',
    doc: 'Reads these results instead of the line above; `input` is the picture.',
  },
  { key: 'as', label: 'name', kind: 'word', doc: 'Names the result (of the last repeat), for `from` further down.' },
  { key: 'out', label: 'output', kind: 'names', doc: 'Names the result and makes it an output of the net.' },
];
