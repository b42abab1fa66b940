// Where a run stands, kept in the origin's private file system: two files in turn, so that one is whole whenever the page goes away.
import { readState, writeState, type StateOrigin } from '../../../graph/train/state-file.ts';
import type { RunState } from '../../../graph/train/training-run.ts';

type Kept = Exclude<ReturnType<typeof readState>, { readonly problem: string }>;

const files = ['training-0.safetensors', 'training-1.safetensors'] as const;

/** Undefined where the browser keeps no files (a private window). */
async function folder(): Promise<FileSystemDirectoryHandle | undefined> {
  return navigator.storage.getDirectory().catch(() => undefined);
}

let turn = 0;

/** False where it could not be kept: no file system, or no room. */
export async function keepRun(state: RunState, origin: StateOrigin): Promise<boolean> {
  try {
    const directory = await folder();
    const name = files[turn++ % 2] as string;
    const access = await (await directory?.getFileHandle(name, { create: true }))?.createSyncAccessHandle();
    if (!access) return false;
    try {
      const bytes = writeState(state, origin) as Uint8Array<ArrayBuffer>;
      access.truncate(0);
      const whole = access.write(bytes, { at: 0 }) === bytes.length;
      access.flush();
      return whole;
    } finally {
      access.close();
    }
  } catch {
    return false;
  }
}

/** The run that is further, of those that are whole. */
export async function keptRun(): Promise<Kept | undefined> {
  const directory = await folder();
  let found: Kept | undefined;
  for (const name of files) {
    const file = await directory?.getFileHandle(name).then(
      (handle) => handle.getFile(),
      () => undefined,
    );
    const read = file && file.size > 0 ? readState(new Uint8Array(await file.arrayBuffer())) : undefined;
    if (read && !('problem' in read) && read.state.curve.length >= (found?.state.curve.length ?? 0)) found = read;
  }
  return found;
}

export async function forgetRun(): Promise<void> {
  const directory = await folder();
  for (const name of files) await directory?.removeEntry(name).catch(() => undefined);
}
