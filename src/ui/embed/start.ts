// Starts the embed: the net of the address in a session of its own, which is stored nowhere.
import { mount } from 'svelte';
import { Session } from '../state/session.svelte.ts';
import Embed from './Embed.svelte';
import { openFragment } from './open.ts';

export function startEmbed(target: HTMLElement): void {
  const session = new Session('', '');
  openFragment(session, location.hash.slice(1));
  mount(Embed, { target, props: { session } });
}
