// Published weights: what the hub says is checked, and a download survives cancels, cut connections and servers without ranges.
import { describe, expect, test } from 'vitest';
import { download, type PartialFile } from '../../../src/workers/weights/download.ts';
import { HubError, lookUp } from '../../../src/workers/weights/hub.ts';

const hub = 'https://hub.test';
const id = 'timm/mobilenetv2_100.ra_in1k';
const sha = 'a'.repeat(40);
const never = new AbortController().signal;

const answering =
  (body: unknown, status = 200): typeof fetch =>
  () =>
    Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

describe('looking a checkpoint up', () => {
  const good = {
    sha,
    siblings: [
      { rfilename: 'README.md', size: 3 },
      { rfilename: 'model.safetensors', size: 14203444, lfs: { sha256: 'b'.repeat(64), size: 14203444 } },
    ],
    cardData: { license: 'apache-2.0', tags: ['timm'] },
  };

  test('size, licence, hash and an address that names the revision', async () => {
    const asked: string[] = [];
    const file = await lookUp(hub, id, never, (url, init) => {
      asked.push(url as string);
      expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
      return answering(good)(url);
    });
    expect(asked).toEqual([`${hub}/api/models/${id}?blobs=true`]);
    expect(file).toEqual({
      hubId: id,
      revision: sha,
      bytes: 14203444,
      sha256: 'b'.repeat(64),
      licence: 'apache-2.0',
      url: `${hub}/${id}/resolve/${sha}/model.safetensors`,
    });
  });
  test('a card without licence and a file without hash are said to have none', async () => {
    const file = await lookUp(
      hub,
      id,
      never,
      answering({ sha, siblings: [{ rfilename: 'model.safetensors', size: 5 }] }),
    );
    expect(file).not.toHaveProperty('licence');
    expect(file).not.toHaveProperty('sha256');
  });
  test.each([
    [answering('', 404), `The model hub has no public "${id}"`],
    [answering('', 503), 'The model hub answered 503'],
    [answering('<html>'), 'not in the form that this page knows'],
    [answering({ sha: 'main', siblings: [] }), 'not in the form that this page knows'],
    [answering({ sha, siblings: [] }), `"${id}" has no model.safetensors.`],
    [answering({ sha, siblings: [{ rfilename: 'model.safetensors', size: 2e9 }] }), 'larger than 1 GB'],
    [() => Promise.reject(new TypeError('failed')), 'hub.test cannot be reached: check the connection'],
  ] as const)('%#: a sentence', async (fetch, sentence) => {
    await expect(lookUp(hub, id, never, fetch)).rejects.toThrow(sentence);
  });
  test('an id is not a path', async () => {
    await expect(lookUp(hub, '../evil', never, () => expect.unreachable())).rejects.toThrow(HubError);
  });
});

class Part implements PartialFile {
  data = new Uint8Array();
  size = (): number => this.data.length;
  append(bytes: Uint8Array): void {
    this.data = Uint8Array.from([...this.data, ...bytes]);
  }
  truncate(size: number): void {
    this.data = this.data.slice(0, size);
  }
}
const whole = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const url = 'https://cdn.test/model.safetensors';

/** A server with ranges, which may break off after `cut` bytes of an answer. */
function server({ ranges = true, cut = Infinity, excess = 0 } = {}) {
  const asked: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = (_, init) => {
    const range = new Headers(init?.headers).get('Range');
    asked.push(range);
    const from = ranges && range ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
    let at = from;
    const end = Math.min(whole.length + excess, from + cut);
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (init?.signal?.aborted) controller.error(init.signal.reason);
        else if (at >= end) {
          if (cut < Infinity) controller.error(new TypeError('network'));
          else controller.close();
        } else {
          controller.enqueue(Uint8Array.from({ length: Math.min(100, end - at) }, (_, i) => whole[at + i] ?? 0));
          at += 100;
        }
      },
    });
    const headers: Record<string, string> = from > 0 ? { 'Content-Range': `bytes ${from}-999/1000` } : {};
    return Promise.resolve(new Response(body, { status: from > 0 ? 206 : 200, headers }));
  };
  return { asked, fetch };
}

describe('downloading', () => {
  test('from nothing to the whole file, with progress', async () => {
    const part = new Part();
    const seen: number[] = [];
    await download(url, 1000, part, { signal: never, fetch: server().fetch, onProgress: (bytes) => seen.push(bytes) });
    expect(part.data).toEqual(whole);
    expect(seen).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  });
  test('a lost connection keeps what came; the next try fetches the rest by range', async () => {
    const part = new Part();
    await expect(download(url, 1000, part, { signal: never, fetch: server({ cut: 300 }).fetch })).rejects.toThrow(
      'was lost; start again to fetch the rest',
    );
    expect(part.size()).toBe(300);
    const { asked, fetch } = server();
    await download(url, 1000, part, { signal: never, fetch });
    expect(asked).toEqual(['bytes=300-']);
    expect(part.data).toEqual(whole);
  });
  test('a cancel keeps what came', async () => {
    const part = new Part();
    const controller = new AbortController();
    const pending = download(url, 1000, part, {
      signal: controller.signal,
      fetch: server().fetch,
      onProgress: (bytes) => bytes >= 500 && controller.abort(),
    });
    await expect(pending).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error);
    expect(part.size()).toBe(500);
  });
  test('a server without ranges sends everything again', async () => {
    const part = new Part();
    part.append(whole.slice(0, 200));
    await download(url, 1000, part, { signal: never, fetch: server({ ranges: false }).fetch });
    expect(part.data).toEqual(whole);
  });
  test('a file that is already whole is not asked for', async () => {
    const part = new Part();
    part.append(whole);
    await download(url, 1000, part, { signal: never, fetch: () => expect.unreachable() });
  });
  test('more bytes than promised are refused and dropped', async () => {
    const part = new Part();
    await expect(download(url, 1000, part, { signal: never, fetch: server({ excess: 50 }).fetch })).rejects.toThrow(
      'sent more than the 1,000 bytes',
    );
    expect(part.size()).toBe(0);
  });
  test('an error page is not taken for the file', async () => {
    const part = new Part();
    await expect(download(url, 1000, part, { signal: never, fetch: answering('no', 403) })).rejects.toThrow(
      'cdn.test answered 403 instead of the file',
    );
    expect(part.size()).toBe(0);
  });
  test('a range that begins elsewhere is not appended', async () => {
    const part = new Part();
    part.append(whole.slice(0, 200));
    const fetch: typeof globalThis.fetch = () =>
      Promise.resolve(new Response('x', { status: 206, headers: { 'Content-Range': 'bytes 0-0/1000' } }));
    await expect(download(url, 1000, part, { signal: never, fetch })).rejects.toThrow(HubError);
    expect(part.size()).toBe(200);
  });
});
