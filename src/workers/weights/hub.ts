// Asks the model hub what a published checkpoint is (size, licence, hash, revision) before anything large is fetched; checks every answer.
import * as v from 'valibot';

/** What the user sees before the download starts. */
export interface PublishedFile {
  /** `timm/mobilenetv2_100.ra_in1k`. */
  readonly hubId: string;
  /** The commit that the file is taken from, so that a resumed download continues the same bytes. */
  readonly revision: string;
  readonly bytes: number;
  /** As the hub states it; undefined where it does not. */
  readonly sha256?: string;
  /** As the model card states it: `apache-2.0`; undefined where it does not. */
  readonly licence?: string;
  readonly url: string;
}

export class HubError extends Error {
  override readonly name = 'HubError';
}

/** The file's name in every repository of PyTorch Image Models. */
const fileName = 'model.safetensors';
/** The reader takes no larger file. */
export const largestFile = 1e9;

const answer = v.object({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
  siblings: v.array(
    v.object({
      rfilename: v.string(),
      size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      lfs: v.nullish(v.object({ sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))) })),
    }),
  ),
  cardData: v.nullish(v.object({ license: v.optional(v.string()) })),
});

export const hubIdPattern = /^[\w-]+\/[\w.-]+$/;

/** One small request. `hub` is the hub's origin. Throws {@link HubError} with a sentence, or what `fetch` throws when aborted. */
export async function lookUp(
  hub: string,
  hubId: string,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<PublishedFile> {
  if (!hubIdPattern.test(hubId)) throw new HubError(`"${hubId}" is no name of the model hub`);
  const response = await request(`${hub}/api/models/${hubId}?blobs=true`, { signal }, fetch);
  if (response.status === 401 || response.status === 404)
    throw new HubError(`The model hub has no public "${hubId}"; drop the .safetensors file here if you have it.`);
  if (!response.ok)
    throw new HubError(
      `The model hub answered ${response.status} when asked about "${hubId}"; try again later, or drop the file here.`,
    );
  const parsed = v.safeParse(answer, await response.json().catch(() => undefined));
  if (!parsed.success)
    throw new HubError(
      `The model hub’s answer about "${hubId}" is not in the form that this page knows; drop the file here instead.`,
    );
  const { sha, siblings, cardData } = parsed.output;
  const file = siblings.find(({ rfilename }) => rfilename === fileName);
  if (!file?.size) throw new HubError(`"${hubId}" has no ${fileName}.`);
  if (file.size > largestFile)
    throw new HubError(`The weights of "${hubId}" are larger than 1 GB, which this page does not load.`);
  return {
    hubId,
    revision: sha,
    bytes: file.size,
    ...(file.lfs?.sha256 && { sha256: file.lfs.sha256 }),
    ...(cardData?.license && { licence: cardData.license }),
    url: `${hub}/${hubId}/resolve/${sha}/${fileName}`,
  };
}

/** `fetch` without cookies, with a sentence when the network fails. */
export async function request(url: string, init: RequestInit, fetch: typeof globalThis.fetch): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new HubError(
      `${new URL(url).host} cannot be reached: check the connection and try again; what has arrived is kept.`,
    );
  }
}
