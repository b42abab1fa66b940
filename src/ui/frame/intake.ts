// What a drop, a paste or a chosen file holds: a net's text, a share link, timm's block strings, or nothing that this page opens.
import { decodeLink, holdsLink, type LinkDocument } from '../../graph/link/link.ts';
import { decodeText, isPictureKind, opens, refusal, sniff } from '../../graph/formats/sniff/sniff.ts';
import { parse } from '../../graph/notation/parse.ts';
import { print } from '../../graph/notation/print.ts';
import { holdsBlockStrings, pythonStages } from '../../graph/notation/python-strings.ts';
import { lentFrame, fromTimm, toTimm } from '../../graph/notation/timm-net.ts';
import { statedFrame } from '../../graph/notation/timm-text.ts';
import { resolvePreset } from '../../graph/presets/resolve.ts';
import type { Architecture } from '../../graph/architecture.ts';
import { saysPreparation, withWeights } from '../weights/configs.ts';
import { isSoundHead } from '../views/try/tasks/sound-files.ts';
import { cleanName, nameOfFile } from '../parts/file-names.ts';

export { openModelFile } from './open-model.ts';
export { nameOfFile };
export { sniffBytes } from '../../graph/formats/sniff/sniff.ts';

export type Intake =
  | { readonly kind: 'document'; readonly name: string; readonly text: string }
  | { readonly kind: 'link'; readonly document: LinkDocument }
  | { readonly kind: 'refused'; readonly problem: string };

const accepted = `${opens}.`;
/** Said of a description without weights. */
export const alone = `This describes weights and holds none. ${withWeights}`;
/** More than any text may have (notation caps), so that a large file is refused by its size alone. */
const MAX_BYTES = 1_000_000;

const refuse = (problem: string): Intake => ({ kind: 'refused', problem });

/** Reads text that was pasted, dropped, or stood in a file called `file`. `frame` lends its header, stem and head to timm's strings. */
export function readText(text: string, frame: Architecture, file?: string): Intake {
  const trimmed = text.trim();
  if (trimmed === '') return refuse(`There is no text to open. ${accepted}`);
  const link = holdsLink(trimmed) ? decodeLink(trimmed) : undefined;
  if (link?.ok) return { kind: 'link', document: link.document };
  const address = /^[<("'[]?https?:\/\//i.test(trimmed);
  // A comment may hold "2.5": only an address, or a fragment by itself, must be a link.
  if (link && (address || /^#?\d+\.\S*$/.test(trimmed))) return refuse(link.problem);
  if (address && !/\s/.test(trimmed)) return refuse(`This address has no net behind a “#”. ${accepted}`);
  // The name of a net, as papers' tables, timm and the hub spell it.
  const named = /^[\w./@+():"'=, -]{3,100}$/.test(trimmed) ? resolvePreset(trimmed) : undefined;
  if (named && !('problem' in named)) return { kind: 'document', name: named.name, text: named.text };
  if (holdsBlockStrings(trimmed)) {
    const python = pythonStages(trimmed);
    const own = statedFrame(trimmed) ?? lentFrame(toTimm(frame).ok ? frame : plainFrame);
    const read = python.ok ? fromTimm(python.stages, own) : python;
    if (!read.ok) return refuse(`These timm block strings cannot be opened: ${read.problem}`);
    return { kind: 'document', name: file ? nameOfFile(file) : 'from timm', text: print(read.architecture) };
  }
  const { architecture, problems } = parse(trimmed);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  // A net with slips opens and shows them; prose and other formats give errors and hardly a block.
  if (architecture.blocks.length === 0 || errors > 2 * architecture.blocks.length) {
    return refuse(`${file ? `"${cleanName(file)}"` : 'This text'} is not a net in Bottleneck’s notation. ${accepted}`);
  }
  const name = file ? nameOfFile(file) : titleOf(architecture);
  return { kind: 'document', name, text: text.replace(/\r\n?/g, '\n') };
}

/** What the bytes of a chosen or dropped file are for: a text, one of the views, or nothing that this page opens. */
export type FileIntake =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'view'; readonly view: 'try' | 'quantize' }
  | { readonly kind: 'model' }
  /** It describes the weights that it lies beside. */
  | { readonly kind: 'beside' }
  | { readonly kind: 'refused'; readonly problem: string };

/** Decides by a file's content, never by its ending. `head`: its first {@link sniffBytes} bytes; `whole`: reads all of them. */
export async function readFile(
  file: { readonly name: string; readonly size: number },
  head: Uint8Array,
  whole: () => Promise<Uint8Array>,
): Promise<FileIntake> {
  const name = `"${cleanName(file.name)}"`;
  const kind = sniff(head);
  if (kind === 'onnx' || kind === 'tflite') return { kind: 'model' };
  if (kind === 'int8') return { kind: 'view', view: 'quantize' };
  if (kind === 'safetensors' || isPictureKind(kind) || isSoundHead(head)) return { kind: 'view', view: 'try' };
  if ((kind === 'configJson' || kind === 'json') && saysPreparation(new TextDecoder().decode(await whole())))
    return { kind: 'beside' };
  const foreign = refusal(head, 'any', ['json']);
  if (foreign !== undefined) return { kind: 'refused', problem: `${name} ${foreign}.` };
  if (file.size > MAX_BYTES)
    return { kind: 'refused', problem: `${name} is larger than 1 MB, which no net’s text is. ${accepted}` };
  const decoded = decodeText(await whole());
  return 'text' in decoded ? { kind: 'text', ...decoded } : { kind: 'refused', problem: `${name} ${decoded.problem}.` };
}

/** Stem and head for block strings where the net on the page is of a kind that timm has no strings for. */
const plainFrame = parse('conv k3 s2 c32\nds k3 c16\nconv k1 c1280\npool\nlinear c1000\n').architecture;

/** The first comment's words before its comma ("# MobileNetV2, arXiv …"). */
function titleOf({ comments, blocks }: Architecture): string {
  const first = [...(comments ?? []), ...(blocks[0]?.comments ?? [])].find((comment) => !comment.startsWith('#:'));
  const words = first?.replace(/^#+\s*/, '').split(/[,:;]/, 1)[0] ?? '';
  return words.length > 0 && words.length <= 40 ? cleanName(words) : 'pasted net';
}
