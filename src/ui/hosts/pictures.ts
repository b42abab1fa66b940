/// <reference types="vite/client" />
// Decodes pictures in a worker of their own: the page never waits for a large one, and giving up ends the worker with its memory.
import jpegUrl from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import pngUrl from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?url';
import webpUrl from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import type { Picture } from '../../graph/pictures/resample.ts';
import type { PictureAnswer, PictureRequest, PictureStart } from '../../workers/picture.worker.ts';
import workerUrl from '../../workers/picture.worker.ts?worker&url';
import { startWorker } from './trusted-worker.ts';

interface Waiting extends PictureRequest {
  resolve(decoded: ImageBitmap | Picture): void;
  reject(error: unknown): void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let count = 0;

function start(): Worker {
  const started = startWorker(workerUrl, 'decoder');
  const absolute = (url: string): string => new URL(url, location.href).href;
  const codecs = { jpeg: absolute(jpegUrl), png: absolute(pngUrl), webp: absolute(webpUrl) };
  started.postMessage({ codecs } satisfies PictureStart);
  started.addEventListener('message', ({ data }: MessageEvent<PictureAnswer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('bitmap' in data) {
      if (asked) asked.resolve(data.bitmap);
      else data.bitmap.close();
    } else if ('picture' in data) asked?.resolve(data.picture);
    else asked?.reject(new Error(data.problem));
  });
  started.addEventListener('error', () => {
    end();
    for (const { name, reject } of waiting.values())
      reject(new Error(`"${name}" could not be decoded: the decoder stopped. Try again, or use a smaller picture.`));
    waiting.clear();
  });
  return started;
}

function end(): void {
  worker?.terminate();
  worker = undefined;
}

/** Rejects with a sentence that names the file, or with the signal's reason. */
export const decodeInWorker = (bytes: ArrayBuffer, name: string, signal?: AbortSignal): Promise<ImageBitmap> =>
  decoded({ bytes, name }, signal) as Promise<ImageBitmap>;

/** The same as bytes. */
export const pixelsInWorker = (bytes: ArrayBuffer, name: string, signal?: AbortSignal): Promise<Picture> =>
  decoded({ bytes, name, plain: true }, signal) as Promise<Picture>;

function decoded(wanted: Omit<PictureRequest, 'id'>, signal?: AbortSignal): Promise<ImageBitmap | Picture> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const id = ++count;
    const request: PictureRequest = { id, ...wanted };
    waiting.set(id, { ...request, resolve, reject });
    worker ??= start();
    worker.postMessage(request);
    signal?.addEventListener(
      'abort',
      () => {
        if (!waiting.delete(id)) return;
        reject(signal.reason as Error);
        // What is being decoded cannot be stopped otherwise; the others are asked for again.
        end();
        if (waiting.size === 0) return;
        worker = start();
        for (const { resolve: _, reject: __, ...again } of waiting.values()) worker.postMessage(again);
      },
      { once: true },
    );
  });
}
