// A name → a net: a preset, a width that follows its family's rule, and what is written behind the name (`@SIZE`, `+knob`).
import { normNames, type Architecture } from '../architecture.ts';
import { nearest } from '../notation/nearest.ts';
import { parse } from '../notation/parse.ts';
import { print } from '../notation/print.ts';
import { findPreset, matchPattern, presetNames, type Checkpoint, type Preset } from './catalogue.ts';
import { keepsParameters, readKnobs, turnKnobs, type Knobs } from './knobs.ts';

export interface ResolvedPreset {
  /** As asked for. */
  readonly name: string;
  /** The document: canonical, with every knob turned. */
  readonly text: string;
  /** `parse(text)`. */
  readonly architecture: Architecture;
  /** The named net below it; undefined for a net that only a pattern knows. */
  readonly preset?: Preset;
  /** The checkpoint that the name's tag says, else the preset's first. Its weights fit only if `exact`. */
  readonly checkpoint?: Checkpoint;
  /** True when no knob behind the name changed a parameter. */
  readonly exact: boolean;
}

/** What a name without `@` and `+` stands for. */
interface Base {
  readonly text: string;
  readonly knobs: Knobs;
  readonly preset?: Preset;
  readonly checkpoint?: Checkpoint;
}

/**
 * Resolves `mobilenetv2_100`, `mobilenetv2_060`, `tf_mnasnet_100`, `efficientnet_b0.ra_in1k`, `mobilenetv1_100@128`,
 * `efficientnet_b0+evonorms0`, `mobilenetv2_100+width=0.6+classes=10@96x160`, and the table's
 * `mobilenetv3_large_100_ca (classes=38; reduction=16)`. A name that stands for nothing is a problem with the nearest name.
 */
export function resolvePreset(name: string): ResolvedPreset | { readonly problem: string } {
  const asked = withoutParentheses(name.trim());
  // A whole name goes first: `mobilenetv1_100@128` is a preset of its own.
  const whole = findBase(asked);
  const [stem = ''] = asked.split(/[@+]/, 1);
  const base = whole ?? findBase(stem);
  if (!base) return { problem: unknown(name, stem) };
  const written = whole ? { knobs: {} } : knobsBehind(asked.slice(stem.length));
  if ('problem' in written) return { problem: `"${shorten(name)}": ${written.problem}.` };
  const { preset, checkpoint } = base;
  const named = turnKnobs(parse(base.text).architecture, base.knobs);
  const exact = keepsParameters(written.knobs, named.header);
  const turned = turnKnobs(named, written.knobs);
  const text = print({
    ...turned,
    header: { ...turned.header, ...(preset?.parameters !== undefined && exact && { expectParams: preset.parameters }) },
    comments: [`# ${name.trim()}`, ...(turned.comments ?? []).filter((comment) => !comment.startsWith('#:'))],
  });
  return {
    name,
    text,
    architecture: parse(text).architecture,
    ...(preset && { preset }),
    ...(checkpoint && { checkpoint }),
    exact,
  };
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
    return { text: preset.file.text, knobs: preset.knobs, preset, checkpoint: preset.checkpoints[0] as Checkpoint };
  const dot = name.indexOf('.');
  const tagged = dot > 0 ? findPreset(name.slice(0, dot)) : undefined;
  const checkpoint = tagged?.checkpoints.find(({ hubId }) => hubId?.endsWith(`/${name}`));
  if (tagged && checkpoint) {
    return { text: tagged.file.text, knobs: { ...tagged.knobs, input: checkpoint.input }, preset: tagged, checkpoint };
  }
  const pattern = matchPattern(name);
  if (pattern) return { text: pattern.file.text, knobs: pattern.knobs };
  // `tf_`: weights of TensorFlow, which pads SAME and has 1e-3 in its batch norms.
  const inner = name.startsWith('tf_') && !name.startsWith('tf_tf_') ? findBase(name.slice(3)) : undefined;
  return inner && { text: inner.text, knobs: { ...inner.knobs, ...tensorflow } };
}

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
  const near = nearest(stem, presetNames);
  const hint = near ? `did you mean "${near}"?` : 'the list of presets has all names.';
  return `No net is called "${shorten(name)}"; ${hint}`;
}

const shorten = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text);
