// The names of ImageNet's classes, fetched from the page when a net first answers with them.
import { fetchKept } from '../../../workers/weights/kept-file.ts';
import { imagenetClasses, parseLabels } from '../../../graph/tasks/classify/labels.ts';

export class ClassNames {
  labels = $state.raw<readonly string[] | undefined>(undefined);
  /** WordNet ids in the same order. */
  synsets = $state.raw<readonly string[]>([]);

  /** Once; a sentence when they could not be fetched. */
  async load(): Promise<string | undefined> {
    if (this.labels) return undefined;
    const labels = await lines('imagenet-1k-labels.txt');
    if (!labels) return 'The names of the classes could not be loaded from this page; reload it to try again.';
    this.labels = labels;
    // Folders named by WordNet ids are a convenience: without them the names do.
    this.synsets = (await lines('imagenet-1k-synsets.txt')) ?? [];
    return undefined;
  }
}

async function lines(file: string): Promise<readonly string[] | undefined> {
  const response = await fetchKept(new URL(`models/${file}`, document.baseURI).href).catch(() => undefined);
  return response?.ok ? parseLabels(await response.text(), imagenetClasses) : undefined;
}
