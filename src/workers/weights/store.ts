// Checkpoints that were fetched stay in the browser's private file system: listed with size and origin, gone with one click.
import * as v from 'valibot';
import { download } from './download.ts';
import { HubError, type PublishedFile } from './hub.ts';

export interface StoredWeights {
  readonly id: string;
  readonly hubId: string;
  readonly revision: string;
  readonly bytes: number;
  readonly sha256: string;
  /** False where the hub stated no hash that it could be held against. */
  readonly checked: boolean;
  readonly licence?: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

const facts = v.object({
  id: v.string(),
  hubId: v.string(),
  revision: v.string(),
  bytes: v.number(),
  sha256: v.string(),
  checked: v.boolean(),
  licence: v.optional(v.string()),
  storedAt: v.number(),
});

const diskFull = 'The disk space that the browser gives this page is full; delete other weights first.';
const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

const folderName = 'weights';
const idOf = (hubId: string): string => hubId.replace('/', '--');

async function folder(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(folderName, { create: true });
  } catch {
    throw new HubError(
      'This browser keeps no files for the page (a private window?); drop the .safetensors file here instead.',
    );
  }
}

/** Complete files, the newest first. A half-fetched file is not listed; fetching it again goes on with it. */
export async function listWeights(): Promise<readonly StoredWeights[]> {
  const found: StoredWeights[] = [];
  try {
    for await (const [name, handle] of await folder()) {
      if (!name.endsWith('.json') || handle.kind !== 'file') continue;
      const text = await (await handle.getFile()).text();
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), facts), text);
      if (parsed.success) found.push(parsed.output);
    }
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
  }
  return found.sort((a, b) => b.storedAt - a.storedAt);
}

/** Bytes of a stored file, the very ones that were fetched. Rejects with {@link HubError}. */
export async function readWeights({ id, hubId, sha256 }: StoredWeights): Promise<Uint8Array<ArrayBuffer>> {
  const file = await (
    await folder()
  )
    .getFileHandle(`${id}.safetensors`)
    .then((handle) => handle.getFile())
    .catch(() => undefined);
  const bytes = file && new Uint8Array(await file.arrayBuffer());
  if (!bytes || (await hashOf(bytes)) !== sha256)
    throw new HubError(`The kept weights of ${hubId} are damaged; delete them and fetch them again.`);
  return bytes;
}

export async function deleteWeights(id: string): Promise<void> {
  const directory = await folder();
  for (const name of [`${id}.json`, `${id}.safetensors`]) await directory.removeEntry(name).catch(() => undefined);
}

export interface FetchHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

/**
 * Fetches, checks the hash and keeps. Rejects with {@link HubError} or the signal's reason; what arrived is then kept for the next try,
 * unless its hash is wrong.
 */
export async function fetchWeights(file: PublishedFile, { signal, onProgress }: FetchHooks): Promise<StoredWeights> {
  const id = idOf(file.hubId);
  const directory = await folder();
  // Another revision's bytes must not be continued.
  const partName = `${id}.${file.revision}.part`;
  for await (const name of directory.keys())
    if (name.startsWith(`${id}.`) && name.endsWith('.part') && name !== partName) await directory.removeEntry(name);
  const handle = await directory.getFileHandle(partName, { create: true });
  const access = await handle.createSyncAccessHandle().catch(() => {
    throw new HubError('These weights are being fetched in another tab; wait for it, or stop it there.');
  });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const part = {
      size: () => access.getSize(),
      append: (chunk: Uint8Array) => {
        if (access.write(chunk, { at: access.getSize() }) !== chunk.length) throw new HubError(diskFull);
      },
      truncate: (size: number) => access.truncate(size),
    };
    await download(file.url, file.bytes, part, { signal, onProgress });
    bytes = new Uint8Array(file.bytes);
    access.read(bytes, { at: 0 });
  } catch (error) {
    throw isFull(error) ? new HubError(diskFull) : error;
  } finally {
    access.flush();
    access.close();
  }
  const sha256 = await hashOf(bytes);
  if (file.sha256 !== undefined && sha256 !== file.sha256) {
    await directory.removeEntry(partName);
    throw new HubError(
      `The file that arrived is not the one the hub describes: its SHA-256 begins with ${sha256.slice(0, 12)}, not ${file.sha256.slice(0, 12)}. It was deleted; try again.`,
    );
  }
  const stored: StoredWeights = {
    id,
    hubId: file.hubId,
    revision: file.revision,
    bytes: file.bytes,
    sha256,
    checked: file.sha256 !== undefined,
    ...(file.licence !== undefined && { licence: file.licence }),
    storedAt: Date.now(),
  };
  try {
    await write(directory, `${id}.safetensors`, bytes);
    await write(directory, `${id}.json`, new TextEncoder().encode(JSON.stringify(stored)));
  } catch (error) {
    await deleteWeights(id);
    throw isFull(error) ? new HubError(diskFull) : error;
  }
  await directory.removeEntry(partName);
  return stored;
}

async function write(
  directory: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const access = await (await directory.getFileHandle(name, { create: true })).createSyncAccessHandle();
  try {
    access.truncate(0);
    if (access.write(bytes) !== bytes.length) throw new HubError(diskFull);
    access.flush();
  } finally {
    access.close();
  }
}

/** SHA-256 in hex. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
