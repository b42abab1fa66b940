// One large file, fetched in a way that survives a cancel, a lost connection or a closed page: it goes on where it stopped.
import { HubError, request } from './hub.ts';

/** The bytes so far, on disk. */
export interface PartialFile {
  size(): number;
  append(bytes: Uint8Array): void;
  truncate(size: number): void;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Bytes that are here, of the whole. */
  readonly onProgress?: (bytes: number) => void;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Fetches what `part` lacks of the `bytes` at `url`, whose content must never change (a hub's file at one commit).
 * Rejects with {@link HubError}, or with the signal's reason; `part` then holds what arrived.
 */
export async function download(
  url: string,
  bytes: number,
  part: PartialFile,
  { signal, onProgress, fetch = globalThis.fetch }: DownloadOptions,
): Promise<void> {
  if (part.size() > bytes) part.truncate(0);
  onProgress?.(part.size());
  if (part.size() === bytes) return;
  const from = part.size();
  const response = await request(url, { signal, ...(from > 0 && { headers: { Range: `bytes=${from}-` } }) }, fetch);
  // A server that does not know ranges sends the whole file again.
  if (response.status === 200) part.truncate(0);
  else if (response.status !== 206 || !continues(response, from)) {
    throw new HubError(`${new URL(url).host} answered ${response.status} instead of the file; try again later.`);
  }
  const reader = response.body?.getReader();
  if (!reader) throw new HubError(`${new URL(url).host} sent nothing; try again later.`);
  for (;;) {
    const { done, value } = await read(reader, signal, url);
    if (done) break;
    signal.throwIfAborted();
    if (part.size() + value.length > bytes) {
      void reader.cancel();
      part.truncate(0);
      throw new HubError(
        `${new URL(url).host} sent more than the ${bytes.toLocaleString('en-US')} bytes that it promised; nothing was kept.`,
      );
    }
    part.append(value);
    onProgress?.(part.size());
  }
  if (part.size() < bytes)
    throw new HubError('The connection ended before the whole file was here; start again to fetch the rest.');
}

/** True when the part that is sent begins where ours ends; a missing header is taken at the status's word. */
function continues(response: Response, from: number): boolean {
  const range = response.headers.get('Content-Range');
  return range === null || range.startsWith(`bytes ${from}-`);
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
  url: string,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new HubError(`The connection to ${new URL(url).host} was lost; start again to fetch the rest.`);
  }
}
