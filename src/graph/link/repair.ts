// What mail and chat programs do to a link, undone: readings of the text in which the link's data may stand as it was sent, likeliest first.
// Nothing here decides that a reading is right: the checksum does (or, in links of version 1, that the data unpacks).

/** Texts longer than this are no mangled link. */
const most = 200_000;
/** Wrapped lines that one link may have been cut into. */
const mostPieces = 256;
const mostReadings = 1024;

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  num: '#',
  period: '.',
  lowbar: '_',
  UnderBar: '_',
  hyphen: '-',
  dash: '-',
  equals: '=',
  quest: '?',
  sol: '/',
  colon: ':',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  zwnj: '',
  zwj: '',
};

const codePoint = (value: number, otherwise: string): string =>
  value > 0 && value < 0x110000 ? String.fromCodePoint(value) : otherwise;

/** HTML entities, percent and quoted-printable escapes: each may lie in another, so until nothing changes. */
function unescapeAll(text: string): string {
  let result = text;
  for (let round = 0; round < 5; round++) {
    const next = result
      // Quoted-printable: a soft line break, then escaped octets.
      .replace(/=(?:\r\n|\n|\r)/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replace(/&#(\d{1,7});?/g, (whole, digits: string) => codePoint(Number(digits), whole))
      .replace(/&#x([0-9a-f]{1,6});?/gi, (whole, hex: string) => codePoint(parseInt(hex, 16), whole))
      .replace(/&([A-Za-z]{2,9});/g, (whole, name: string) => (Object.hasOwn(entities, name) ? entities[name]! : whole))
      .replace(/(?:%[0-9a-f]{2})+/gi, percent);
    if (next === result) break;
    result = next;
  }
  return result;
}

function percent(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
}

/** Characters that are not seen, and those that typography puts for a hyphen. `long`: what an en or em dash was. */
const plain = (text: string, long: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}|\p{Mn}/gu, '')
    .replace(/[\u2010\u2011\u2012\u2212\u2043]/g, '-')
    .replace(/[\u2013\u2014\u2015]/g, long)
    // Markdown escapes what it would read as emphasis.
    .replace(/\\([-_.])/g, '$1');

/**
 * Proofpoint writes `#` as `*` and lists the characters behind the address; its older form puts `-23` for `#`, `_` for `/` and
 * escapes the hyphens and underscores that were there.
 */
function unwrapped(text: string): string {
  const old = /urldefense\.proofpoint\.com\/v2\/url\?u=([^&\s]+)/i.exec(text)?.[1];
  if (old !== undefined) return old.replaceAll('_', '/').replace(/-([0-9A-F]{2})/gi, '%$1');
  return text;
}

/**
 * Fragments (without `#`) that a text may hold, from whole messages, wrapped and quoted lines, redirecting addresses and bare fragments.
 * Each begins with a version (`2.`) and has no character that a link cannot have, except where the link is no link at all.
 */
export function* linkReadings(text: string): Generator<string> {
  if (text.length > most) return;
  const seen = new Set<string>();
  for (const source of sources(unwrapped(text))) {
    for (const match of source.matchAll(/(?:^|[#*\s<("'[])(?=\d{1,4}\.[A-Za-z0-9_-])/g)) {
      for (const reading of readingsAt(source.slice(match.index + match[0].length))) {
        if (!seen.has(reading)) yield reading;
        seen.add(reading);
        if (seen.size > mostReadings) return;
      }
    }
  }
}

function* sources(text: string): Generator<string> {
  const escaped = /[=&%]/.test(text);
  // A line may end within an escape.
  const unfolded = /[\r\n]/.test(text) ? [unescapeAll(text.replace(/\s*[\r\n]+[\s>|]*/g, ''))] : [];
  for (const source of escaped ? [unescapeAll(text), text, ...unfolded] : [text]) {
    for (const long of /[\u2013-\u2015]/.test(source) ? ['-', '--', '---'] : ['-']) yield plain(source, long);
  }
}

/** The link's characters up to what cannot belong to it; then with the next pieces of the text, as line breaks and blanks may be in it. */
function* readingsAt(rest: string): Generator<string> {
  let joined = '';
  const pieces = rest.split(/\s+/).slice(0, mostPieces);
  for (const [at, piece] of pieces.entries()) {
    // A quoted answer puts marks before each line.
    const bare = piece.replace(at === 0 ? /^/ : /^[>|]+/, '');
    if (at > 0 && bare === '') continue;
    const own = /^[A-Za-z0-9_.-]*/.exec(bare)?.[0] ?? '';
    joined += own;
    // Punctuation of the sentence around it; a link itself never ends in a dot.
    yield joined.replace(/\.+$/, '');
    // Emphasis and dashes of the sentence are letters of the link's alphabet.
    for (let end = joined.length; end > joined.length - 4 && /[-_.]/.test(joined.charAt(end - 1)); end--)
      yield joined.slice(0, end - 1);
    if (own.length < bare.length && !/^=+$/.test(bare.slice(own.length))) return;
  }
}
