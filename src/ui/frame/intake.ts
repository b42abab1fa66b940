// What a drop, a paste or a chosen file holds: a net's text, a share link, timm's block strings, or nothing that this page opens.
import { decodeLink, holdsLink, type LinkDocument } from '../../graph/link/link.ts';
import { parse } from '../../graph/notation/parse.ts';
import { print } from '../../graph/notation/print.ts';
import { holdsBlockStrings, pythonStages } from '../../graph/notation/python-strings.ts';
import { frameOf, fromTimm, toTimm } from '../../graph/notation/timm-net.ts';
import type { Architecture } from '../../graph/architecture.ts';
import { cleanName, nameOfFile } from '../parts/file-names.ts';

export type Intake =
  | { readonly kind: 'document'; readonly name: string; readonly text: string }
  | { readonly kind: 'link'; readonly document: LinkDocument }
  | { readonly kind: 'refused'; readonly problem: string };

const accepted = 'Bottleneck opens share links, .arch texts and timm block strings.';
/** More than any text may have (notation caps), so that a large file is refused by its size alone. */
const MAX_BYTES = 1_000_000;

const refuse = (problem: string): Intake => ({ kind: 'refused', problem });

/** Reads text that was pasted, dropped, or stood in a file called `file`. `frame` lends its header, stem and head to timm's strings. */
export function readText(text: string, frame: Architecture, file?: string): Intake {
  const trimmed = text.trim();
  if (trimmed === '') return refuse(`There is no text in it. ${accepted}`);
  const link = holdsLink(trimmed) ? decodeLink(trimmed) : undefined;
  if (link?.ok) return { kind: 'link', document: link.document };
  const address = /^[<("'[]?https?:\/\//i.test(trimmed);
  // A comment may hold "2.5": only an address, or a fragment by itself, must be a link.
  if (link && (address || /^#?\d+\.\S*$/.test(trimmed))) return refuse(link.problem);
  if (address && !/\s/.test(trimmed)) return refuse(`This address has no net behind a “#”. ${accepted}`);
  if (holdsBlockStrings(trimmed)) {
    const python = pythonStages(trimmed);
    const read = python.ok ? fromTimm(python.stages, frameOf(toTimm(frame).ok ? frame : plainFrame)) : python;
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

/** Decides by name and size whether a file is worth reading as text; undefined = read it. */
export function refuseFile(file: { readonly name: string; readonly size: number }): string | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const name = `"${cleanName(file.name)}"`;
  if (ending === 'safetensors')
    return `${name} holds weights; Bottleneck does not take weights by drop or paste. ${accepted}`;
  if (['onnx', 'tflite', 'pt', 'pth', 'bin', 'zip', 'png', 'jpg', 'jpeg', 'webp', 'pdf'].includes(ending)) {
    return `${name} is a .${ending} file. ${accepted}`;
  }
  return file.size > MAX_BYTES ? `${name} is larger than 1 MB, which no net’s text is. ${accepted}` : undefined;
}

/** Stem and head for block strings where the net on the page is of a kind that timm has no strings for. */
const plainFrame = parse('conv k3 s2 c32\nds k3 c16\nconv k1 c1280\npool\nlinear c1000\n').architecture;

/** The first comment's words before its comma ("# MobileNetV2, arXiv …"). */
function titleOf({ comments, blocks }: Architecture): string {
  const first = [...(comments ?? []), ...(blocks[0]?.comments ?? [])].find((comment) => !comment.startsWith('#:'));
  const words = first?.replace(/^#+\s*/, '').split(/[,:;]/, 1)[0] ?? '';
  return words.length > 0 && words.length <= 40 ? cleanName(words) : 'pasted net';
}
