// Names of classes in the free texts of a model file, as exporters spell them: JSON, Python's dictionaries and lists, or a line a name.

/** As programs call them: Ultralytics, transformers, Azure, TensorFlow. */
const keys = ['label_names', 'labels', 'class_names', 'classes', 'names', 'id2label'];
/** More classes than any net names. */
const mostLabels = 100_000;

/** One a class; undefined where no text names them. */
export function labelsIn(metadata: ReadonlyMap<string, string>): readonly string[] | undefined {
  const byKey = new Map([...metadata].map(([key, text]) => [key.toLowerCase(), text]));
  for (const key of keys) {
    const labels = parsed(byKey.get(key) ?? '');
    if (labels && labels.length > 1 && labels.length <= mostLabels) return labels;
  }
  return undefined;
}

function parsed(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    // Of JSON the keys are in quotes, of Python they are not.
    const pairs = [...trimmed.matchAll(/["']?(\d+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g)];
    const byNumber = new Map(
      pairs.map(([, number, double, single]) => [Number(number), plain(double ?? single ?? '')]),
    );
    const list = Array.from({ length: byNumber.size }, (_, i) => byNumber.get(i));
    return list.every((label) => label !== undefined) ? list : undefined;
  }
  if (trimmed.startsWith('['))
    return [...trimmed.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g)].map(([, a, b]) => plain(a ?? b ?? ''));
  if (trimmed.includes('\n')) return trimmed.split('\n').map((line) => line.trim());
  return trimmed.includes(',') ? trimmed.split(',').map((part) => part.trim()) : undefined;
}

const plain = (quoted: string): string => quoted.replace(/\\(["'\\])/g, '$1');
