// The names of ImageNet's classes, fetched from the page when a net first answers with them.
import { fetchKept } from '../../../workers/weights/kept-file.ts';
import { imagenetClasses, imagenetNames, parseLabels } from '../../../graph/tasks/classify/labels.ts';

export class ClassNames {
  labels = $state.raw<readonly string[] | undefined>(undefined);
  synsets = $state.raw<readonly string[]>([]);

  readonly #withBackground = $derived(this.labels && imagenetNames(this.labels, imagenetClasses + 1));

  /** The names of a net's outputs, if they are ImageNet's; undefined for a count that no such net has. */
  of(outputs: number): readonly string[] | undefined {
    return outputs === imagenetClasses + 1
      ? this.#withBackground
      : outputs === imagenetClasses
        ? this.labels
        : undefined;
  }
  /** The WordNet ids beside names of {@link of}; none beside others. */
  synsetsOf(names: readonly string[] | undefined): readonly string[] {
    if (names === undefined) return [];
    if (names === this.labels) return this.synsets;
    return names === this.#withBackground ? ['', ...this.synsets] : [];
  }

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
