// What makes two documents one net: the canonical text, which neither comments nor an expected count change.
import type { Architecture } from '../architecture.ts';
import { print } from './print.ts';

/** The net itself: canonical text without comments and without the expected count. */
export function canonical(architecture: Architecture): string {
  const blocks = architecture.blocks.map(({ comments: _, note: __, ...line }) => line);
  return print({ header: { ...architecture.header, expectParams: undefined }, blocks });
}
