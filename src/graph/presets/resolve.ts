// A name → a net: a preset, a width that follows its family's rule, and what is written behind the name (`@SIZE`, `+knob`).
import { normNames, type Architecture } from '../architecture.ts';
import { nearest } from '../notation/nearest.ts';
import { parse } from '../notation/parse.ts';
import { print } from '../notation/print.ts';
import { findPreset, matchPattern, presetNames, type PublishedCheckpoint, type Preset } from './catalogue.ts';
import { keepsParameters, readKnobs, turnKnobs, type Knobs } from './knobs.ts';
import { spelledOtherwise, withoutHub } from './spelling.ts';

export interface ResolvedPreset {
  /** As asked for, in this program's own spelling. */
  readonly name: string;
  /** The document: canonical, with every knob turned. */
  readonly text: string;
  /** `parse(text)`. */
  readonly architecture: Architecture;
  /** The named net below it; undefined for a net that only a pattern knows. */
  readonly preset?: Preset;
  /** The checkpoint that the name's tag says, else the preset's first. Its weights fit only if `exact`. */
  readonly checkpoint?: PublishedCheckpoint;
  /** True when no knob behind the name changed a parameter. */
  readonly exact: boolean;
  /** What should be said of the name: a tag that no table here knows. */
  readonly note?: string;
}

/** What a name without `@` and `+` stands for. */
interface Base {
  readonly text: string;
  readonly knobs: Knobs;
  readonly preset?: Preset;
  readonly checkpoint?: PublishedCheckpoint;
  /** The tag behind the name, where no checkpoint has it. */
  readonly unknownTag?: string;
}

/**
 * Resolves `mobilenetv2_100`, `mobilenetv2_060`, `tf_mnasnet_100`, `efficientnet_b0.ra_in1k`, `mobilenetv1_100@128`,
 * `efficientnet_b0+evonorms0`, `mobilenetv2_100+width=0.6+classes=10@96x160`, and the table's
 * `mobilenetv3_large_100_ca (classes=38; reduction=16)`; also hub ids and addresses (`timm/mobilenetv2_100.ra_in1k`) and the spellings of
 * other programs (`mobilenet_v2`). A name that stands for nothing is a problem with the nearest name.
 */
export function resolvePreset(name: string): ResolvedPreset | { readonly problem: string } {
  const given = withoutParentheses(withoutHub(name));
  // A whole name goes first: `mobilenetv1_100@128` is a preset of its own.
  const found = lookUp(given) ?? lookUp(otherSpelling(given));
  if (!found) return { problem: unknown(name, given.split(/[@+]/, 1)[0] ?? '') };
  const { asked, stem, whole, base } = found;
  const written = whole ? { knobs: {} } : knobsBehind(asked.slice(stem.length));
  if ('problem' in written) return { problem: `"${shorten(name)}": ${written.problem}.` };
  const { preset, checkpoint, unknownTag } = base;
  const named = turnKnobs(parse(base.text).architecture, base.knobs);
  const exact = keepsParameters(written.knobs, named.header);
  const counted = exact && checkpoint?.classes === undefined ? preset?.parameters : undefined;
  const turned = turnKnobs(named, written.knobs);
  const text = print({
    ...turned,
    header: { ...turned.header, ...(counted !== undefined && { expectParams: counted }) },
    comments: [`# ${asked}`, ...(turned.comments ?? []).filter((comment) => !comment.startsWith('#:'))],
  });
  return {
    name: asked,
    text,
    architecture: parse(text).architecture,
    ...(preset && { preset }),
    ...(checkpoint && { checkpoint }),
    exact,
    ...(unknownTag !== undefined && { note: tagNote(unknownTag, preset as Preset) }),
  };
}

/** Where a name without `@` and `+` ends, and what it stands for. */
function lookUp(asked: string) {
  const whole = findBase(asked);
  const [stem = ''] = asked.split(/[@+]/, 1);
  const base = whole ?? findBase(stem);
  return base && { asked, stem, whole, base };
}

function otherSpelling(asked: string): string {
  const [stem = ''] = asked.split(/[@+]/, 1);
  const [, plain = stem, tag = ''] = /^(.*?)(\.[a-z]\w*)?$/i.exec(stem) ?? [];
  const own = spelledOtherwise(plain, presetNames, (name) => findBase(name) !== undefined);
  if (own === undefined) return '';
  const [name = '', side = ''] = own.split(/(?=@)/);
  return `${name}${tag.toLowerCase()}${side}${asked.slice(stem.length)}`;
}

/** A published tag that the table lacks says how many classes it has only where its name does. */
function tagNote(tag: string, { name, checkpoints }: Preset): string {
  const known = checkpoints.flatMap(({ hubId }) => hubId?.split('.')[1] ?? []);
  const heads = /(in12k|in21k|in22k)$/.test(tag) ? ` Its head may have other classes: write +classes=N.` : '';
  return `The tag "${shorten(tag)}" of ${name} is in no table here, so how its pictures are prepared is unknown.${heads} ${
    known.length === 0 ? 'No published tags are known.' : `Known tags: ${known.join(', ')}.`
  }`;
}

/** `NAME (classes=38; reduction=16)` → `NAME+classes=38+reduction=16`, without the values that NAME has anyway. */
function withoutParentheses(name: string): string {
  const match = /^(\S+) \(([^()]*)\)$/.exec(name);
  const knobs = match?.[2]?.split(';').map((knob) => knob.trim());
  const own = ['classes=1000', 'reduction=32'];
  return knobs ? [match?.[1], ...knobs.filter((knob) => !own.includes(knob))].join('+') : name;
}

const tensorflow: Knobs = { pad: 'same', eps: 1e-3 };

function findBase(name: string): Base | undefined {
  const preset = findPreset(name);
  if (preset)
    return {
      text: preset.file.text,
      knobs: preset.knobs,
      preset,
      checkpoint: preset.checkpoints[0] as PublishedCheckpoint,
    };
  const tagged = findTagged(name);
  if (tagged) return tagged;
  const pattern = matchPattern(name);
  if (pattern) return { text: pattern.file.text, knobs: pattern.knobs };
  // `tf_`: weights of TensorFlow, which pads SAME and has 1e-3 in its batch norms.
  const inner = name.startsWith('tf_') && !name.startsWith('tf_tf_') ? findBase(name.slice(3)) : undefined;
  return inner && { text: inner.text, knobs: { ...inner.knobs, ...tensorflow } };
}

/** A tag as they are published: it names the pictures of the training. Others are slips. */
const publishedTag = /^(?:\w+_)?(?:in1k|in12k|in21k|in22k|jft|untrained)(?:_\w+)?$/;

/** `NAME.TAG`, and `NAME_TAG` as timm wrote tags before they had a dot (`tf_efficientnet_b0_ap`). */
function findTagged(name: string): Base | undefined {
  const dot = name.indexOf('.');
  const preset = dot > 0 ? findPreset(name.slice(0, dot)) : undefined;
  if (preset) {
    const tag = name.slice(dot + 1);
    const checkpoint = preset.checkpoints.find(({ hubId }) => hubId?.endsWith(`/${preset.name}.${tag}`));
    if (checkpoint) return baseOf(preset, checkpoint);
    return publishedTag.test(tag)
      ? { text: preset.file.text, knobs: preset.knobs, preset, unknownTag: tag }
      : undefined;
  }
  for (let at = name.lastIndexOf('_'); at > 0; at = name.lastIndexOf('_', at - 1)) {
    const old = findPreset(name.slice(0, at));
    const tag = name.slice(at + 1);
    const tags = old?.checkpoints.map(({ hubId }) => hubId?.split('.')[1] ?? '') ?? [];
    const fit = tags.filter((own) => own === tag || (own.startsWith(`${tag}_`) && own.endsWith('in1k')));
    const chosen = fit.includes(tag) ? tag : fit.length === 1 ? fit[0] : undefined;
    if (old && chosen !== undefined && tag !== '')
      return baseOf(old, old.checkpoints[tags.indexOf(chosen)] as PublishedCheckpoint);
  }
  return undefined;
}

const baseOf = (preset: Preset, checkpoint: PublishedCheckpoint): Base => ({
  text: preset.file.text,
  knobs: {
    ...preset.knobs,
    input: checkpoint.input,
    ...(checkpoint.classes !== undefined && { classes: checkpoint.classes }),
  },
  preset,
  checkpoint,
});

/** `@128+evonormb0+width=0.5` → knobs. A norm stands for itself; everything else is `key=value`. */
function knobsBehind(rest: string): { knobs: Knobs } | { problem: string } {
  const pairs = new Map<string, string>();
  for (const [part] of rest.matchAll(/[@+][^@+]*/g)) {
    const value = part.slice(1);
    const at = value.indexOf('=');
    const [key, setting] = part.startsWith('@')
      ? ['input', value]
      : (normNames as readonly string[]).includes(value)
        ? ['norm', value]
        : [value.slice(0, Math.max(0, at)), value.slice(at + 1)];
    if (key === '')
      return { problem: `"${shorten(part)}" is no knob; write @SIZE, +evonormb0, +evonorms0 or +width=0.5` };
    if (pairs.has(key)) return { problem: `"${key}" is set twice` };
    pairs.set(key, setting);
  }
  return readKnobs(pairs);
}

function unknown(name: string, stem: string): string {
  const near = nearest(stem, presetNames) ?? nearPart(stem);
  const hint = near ? `did you mean "${near}"?` : 'the list of presets has all names.';
  return `No net is called "${shorten(name)}"; ${hint}`;
}

/** `mobilnetv2` → `mobilenetv2_100`: papers leave the width of the whole net out. `lite0` → `efficientnet_lite0`. */
function nearPart(stem: string): string | undefined {
  const whole = nearest(`${stem}_100`, presetNames);
  const holds = (name: string): boolean => stem.length > 2 && name.includes(stem.toLowerCase());
  return whole ?? presetNames.filter(holds).sort((a, b) => a.length - b.length)[0];
}

const shorten = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text);
