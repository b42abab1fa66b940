// What the net on the page is compared with, and how: the pinned net, another file, or a published net; block by block or node by node.
import { resolvePreset } from '../../../../graph/presets/resolve.ts';
import type { DiffSource } from '../../../../workers/diff.worker.ts';
import { cleanName } from '../../../parts/file-names.ts';
import type { BuiltNet } from '../../../state/built-net.ts';
import { perSession } from '../../../state/per-session.svelte.ts';
import type { Session } from '../../../state/session.svelte.ts';

export interface Compared {
  readonly name: string;
  readonly source: DiffSource;
}

const sourceOf = ({ file, name, text }: Pick<BuiltNet, 'file' | 'name' | 'text'>): DiffSource =>
  file ? { kind: 'file', file: file.source, companions: file.companions } : { kind: 'text', name, text };

class Comparison {
  /** Undefined: the pinned net, where there is one. */
  second = $state.raw<Compared | undefined>(undefined);
  level = $state<'blocks' | 'nodes'>('blocks');
  problem = $state<string | undefined>(undefined);

  constructor(readonly session: Session) {}

  /** The net that was there first is on the left. */
  readonly sides: readonly [left: Compared, right: Compared] | undefined = $derived.by(() => {
    const { baseline, file, name, net } = this.session;
    const own = file ? { file, name, text: '' } : net;
    if (!own) return undefined;
    const here = { name, source: sourceOf(own) };
    if (this.second) return [here, this.second];
    return baseline && [{ name: baseline.name, source: sourceOf(baseline) }, here];
  });
  /** Blocks have counts and times, which the pinned net alone is known to have. */
  readonly hasBlocks: boolean = $derived.by(
    () => !this.second && this.session.baseline !== undefined && this.session.net !== undefined,
  );

  /** The first file is the net, others are weights beside it. */
  takeFiles(files: readonly File[]): void {
    const isNet = ({ name }: File): boolean => /\.(onnx|tflite|arch|txt)$/i.test(name);
    const file = files.find(isNet) ?? files[0];
    if (!file) return;
    this.problem = undefined;
    this.second = { name: cleanName(file.name), source: { kind: 'file', file, companions: files } };
  }
  /** A published net by its name. */
  takeName(text: string): void {
    const found = resolvePreset(text.trim());
    this.problem = 'problem' in found ? found.problem : undefined;
    if ('problem' in found) return;
    this.second = { name: found.name, source: { kind: 'text', name: found.name, text: found.text } };
  }
  usePinned(): void {
    this.second = this.problem = undefined;
  }
}

export const comparisonOf = perSession((session) => new Comparison(session));
