// The one open net of a session, which every view asks.
import { visionHost } from '../hosts/vision.ts';
import { perSession } from '../state/per-session.svelte.ts';
import { OpenNet } from './open-net.svelte.ts';

export const openNetOf = perSession((session) => new OpenNet(session, visionHost));
