// Opens a published net by name and remembers it among the recent ones.
import * as v from 'valibot';
import { resolvePreset } from '../../../graph/presets/resolve.ts';
import type { Session } from '../../state/session.svelte.ts';
import { readStored, writeStored } from '../../parts/stored.ts';

const KEPT = 6;
const names = v.pipe(v.array(v.pipe(v.string(), v.maxLength(120))), v.maxLength(KEPT));

/** Names that were opened last, newest first. */
export const recentPresets = (): readonly string[] => readStored('recent', names) ?? [];

/** The net that a text names though no row of the gallery holds the text: a hub id, another program's spelling, another width or size. */
export function netNamed(text: string): string | undefined {
  if (!/^\S[^\n]{2,99}$/.test(text.trim())) return undefined;
  const resolved = resolvePreset(text.trim());
  return 'problem' in resolved ? undefined : resolved.name;
}

export function openPreset(session: Session, name: string): void {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) {
    session.say(resolved.problem, 'bad');
    return;
  }
  session.open(resolved.name, resolved.text);
  writeStored('recent', [name, ...recentPresets().filter((other) => other !== name)].slice(0, KEPT));
  session.say(`Opened ${name}. Undo leads back.`);
}
