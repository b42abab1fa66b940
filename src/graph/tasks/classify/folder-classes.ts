// Which class a folder of pictures is of, by its name: a label, a synonym, a number, a WordNet id; two classes of one name are said, not guessed.

export type FolderClass =
  | { readonly kind: 'class'; readonly index: number }
  /** Several classes have this name. */
  | { readonly kind: 'ambiguous'; readonly indices: readonly number[] }
  | { readonly kind: 'none' };

const none: FolderClass = { kind: 'none' };

/** Without case, accents and what is no letter or digit. */
export const plainName = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Reads folder names: a whole label or one of its synonyms in any spelling of spaces, an index, an index and a label
 * (`285_Egyptian_cat`), a WordNet id with or without a name (`n02124075`, `n02124075-Egyptian_cat`). A whole label wins over a synonym.
 * `synsets`: WordNet ids in the order of the classes, where they are ImageNet's.
 */
export function folderClasses(
  labels: readonly string[],
  synsets: readonly string[] = [],
): (folder: string) => FolderClass {
  const whole = new Map<string, number[]>();
  const synonyms = new Map<string, number[]>();
  const put = (map: Map<string, number[]>, name: string, index: number): void => {
    const known = map.get(name);
    if (name === '' || known?.includes(index)) return;
    if (known) known.push(index);
    else map.set(name, [index]);
  };
  labels.forEach((label, index) => {
    put(whole, plainName(label), index);
    for (const synonym of label.split(',')) put(synonyms, plainName(synonym), index);
  });
  const bySynset = new Map(synsets.map((id, index) => [id, index]));
  const named = (name: string): readonly number[] => whole.get(name) ?? synonyms.get(name) ?? [];
  return (folder) => {
    const name = plainName(folder);
    const found = named(name);
    if (found.length > 0)
      return found.length === 1 ? { kind: 'class', index: found[0] as number } : { kind: 'ambiguous', indices: found };
    const [, id, behindId = ''] = /^(n\d{8})(?: (.+))?$/.exec(name) ?? [];
    const synset = id === undefined ? undefined : bySynset.get(id);
    if (synset !== undefined)
      return behindId === '' || named(behindId).length === 0 || named(behindId).includes(synset)
        ? { kind: 'class', index: synset }
        : none;
    const [, digits, rest = ''] = /^(\d{1,5})(?: (.+))?$/.exec(name) ?? [];
    const index = Number(digits);
    if (digits === undefined || (labels.length > 0 && index >= labels.length)) return none;
    return rest === '' || named(rest).includes(index) ? { kind: 'class', index } : none;
  };
}

/** What to do about folders whose name two classes have: `"crane" is 134 and 517: name the folder by its number.` */
export const ambiguousSentence = (folder: string, indices: readonly number[]): string =>
  `“${folder.slice(0, 40)}” names the classes ${indices.join(' and ')}: put the number in front (${indices[0] ?? 0}_${folder.slice(0, 20)}).`;
