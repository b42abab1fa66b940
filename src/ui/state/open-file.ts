// A net out of another program's file, as the page holds it: it is looked at, run and measured, and not edited.
import type { Architecture } from '../../graph/architecture.ts';
import type { FileFacts } from '../../graph/formats/open-net.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import type { Scene } from '../drawing/scene.ts';

export interface OpenFile {
  /** Identity of the net: 16 hex digits of the file's SHA-256. */
  readonly hash: string;
  readonly architecture: Architecture;
  /** Undefined where nodes have no op of ours: then `scene` shows the file's own nodes. */
  readonly graph?: InferredGraph | undefined;
  readonly facts: FileFacts;
  /** The file itself, and what came with it: read again by who looks at its own nodes and values. */
  readonly source: File;
  readonly companions: readonly File[];
  readonly weights?: File | undefined;
  readonly scene?: Scene | undefined;
  /** The published net that it is, once that is known, with the file's weights under that net's names. */
  readonly notation: Promise<{ readonly name: string; readonly text: string; readonly weights: File } | undefined>;
}
