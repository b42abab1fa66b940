// The spaces that ship: one import and one line per text.
import mixnet from './mixnet.arch?raw';
import mnasnet from './mnasnet.arch?raw';
import mobiledet from './mobiledet.arch?raw';
import ofaV3 from './ofa-v3.arch?raw';
import v4Blocks from './v4-blocks.arch?raw';
import v4Widths from './v4-widths.arch?raw';

/** Name → text of a space. */
export const shippedSpaces: ReadonlyMap<string, string> = new Map([
  ['mnasnet', mnasnet],
  ['ofa-v3', ofaV3],
  ['v4-widths', v4Widths],
  ['v4-blocks', v4Blocks],
  ['mixnet', mixnet],
  ['mobiledet', mobiledet],
]);
