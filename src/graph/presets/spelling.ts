// How other programs write the names of these nets: hub ids and addresses, torchvision's, Keras's and the papers' spellings, old names of timm.

/**
 * Without quotes, a library's path, the hub, its address, the owner and the page below it: `hf-hub:timm/mobilenetv2_100.ra_in1k` →
 * `mobilenetv2_100.ra_in1k`, `torchvision.models.mobilenet_v2` → `mobilenet_v2`.
 */
export function withoutHub(name: string): string {
  return name
    .trim()
    .replace(/^(?:timm\.)?create_model\(\s*(?:model_name\s*=\s*)?/, '')
    .replace(/^["'`‘’“”]([^"'`‘’“”]+)["'`‘’“”].*$/, '$1')
    .replace(/^((?:torchvision\.)?models\.[\w.]+)\(.*\)$/i, '$1')
    .replace(/^(?:torchvision\.)?models\.(?:quantization\.|detection\.|segmentation\.)?(?=[a-z])/i, '')
    .replace(/^(?:(?:tf|tensorflow)\.)?keras\.applications\.(?:[a-z_0-9]+\.(?=[A-Z]))?/, '')
    .replace(/^timm\.models\./, '')
    .replace(/^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i, '')
    .replace(/^(?:hf[-_]hub|hf|timm|huggingface):(?:\/\/)?/i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+(?:tree|blob|resolve)\/.*$/, '')
    .replace(/^[\w-]+\/(?=[\w.@+=-]+\/?$)/, '')
    .replace(/\/+$/, '');
}

/** Letters and digits only: what is left of a name when nobody agrees on its signs. */
const folded = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** Folded spellings of nets that other programs call otherwise, in front of what follows. */
const otherNames: readonly (readonly [RegExp, string])[] = [
  [/^mobilenet(?=v?\d|$)(?!v)/, 'mobilenetv1'],
  [/^mobilenetv3largeminimalistic/, 'tfmobilenetv3largeminimal'],
  [/^mobilenetv3smallminimalistic/, 'tfmobilenetv3smallminimal'],
  [/^mnasneta1/, 'semnasnet'],
  [/^mnasnetb1/, 'mnasnet'],
  [/^mobilenetv4(?=small|medium|large)/, 'mobilenetv4conv'],
  [/^efficientnet(\d)/, 'efficientnetb$1'],
];

/** Known name by its folded form; undefined where two names fold to the same. */
function foldedNames(known: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const twice = new Set<string>();
  for (const name of known) {
    const key = folded(name);
    if (names.has(key)) twice.add(key);
    else names.set(key, name);
  }
  for (const key of twice) names.delete(key);
  return names;
}

/**
 * The known name that another spelling means: `mobilenet_v2` → `mobilenetv2_100`, `mobilenet_v1_0.75_192` → `mobilenetv1_075@192`,
 * `MobileNetV3-Large` → `mobilenetv3_large_100`. `knows` tells whether a name (also one of a family's rule) stands for a net.
 */
export function spelledOtherwise(
  asked: string,
  known: Iterable<string>,
  knows: (name: string) => boolean,
): string | undefined {
  const names = foldedNames(known);
  // The width as a decimal, the resolution behind it: slim's and torchvision's way.
  const [, stem = asked, whole, part, side] =
    /^(.*?[a-z_ -])[_ -]?(\d)[._](\d{1,2})(?:[_ -](\d{2,4}))?$/i.exec(asked) ?? [];
  const width = whole === undefined ? undefined : `${whole}${(part ?? '').padEnd(2, '0')}`;
  const base = otherNames.reduce((name, [pattern, other]) => name.replace(pattern, other), folded(stem));
  for (const key of width === undefined ? [folded(stem), base, `${base}100`] : [`${base}${width}`]) {
    const name = names.get(key);
    if (name !== undefined) return side === undefined ? name : `${name}@${side}`;
  }
  if (width !== undefined) {
    const full = names.get(`${base}100`);
    const ruled = full?.replace(/100$/, width);
    if (ruled !== undefined && knows(ruled)) return side === undefined ? ruled : `${ruled}@${side}`;
  }
  return undefined;
}
