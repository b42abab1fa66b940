// The files that other programs put beside weights, where they come to the page with them: how pictures are prepared travels with the checkpoint.
import { readPreparationConfig } from '../../graph/weights/preparation-config.ts';

/** What is said where a description comes alone. */
export const withWeights = 'A config.json is taken with the weights that it lies beside: drop both together.';

export const isWeights = ({ name }: { readonly name: string }): boolean => /\.safetensors$/i.test(name);

/** True for a file that may describe weights; what it says is read when they are opened. */
export const isConfig = ({ name }: { readonly name: string }): boolean => /\.json$/i.test(name);

/** No description of a net is larger; ImageNet-22k's class names take 1 MB. */
const largest = 4_000_000;

/** True for a text that says how pictures are prepared, or what the classes are called. */
export function saysPreparation(text: string): boolean {
  const { preprocessing, labels } = readPreparationConfig(text);
  return labels !== undefined || Object.keys(preprocessing).length > 0;
}

/** Texts of the files that say something, by name: preprocessor_config.json has the last word. */
export async function configTexts(files: readonly File[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const file of [...files].sort((a, b) => a.name.localeCompare(b.name, 'en'))) {
    if (file.size > largest) continue;
    const text = await file.text().catch(() => '');
    if (saysPreparation(text)) texts.push(text);
  }
  return texts;
}
