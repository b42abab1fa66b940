// How components reach the one session, the commands and the frame without passing them through every level.
import { getContext, setContext } from 'svelte';
import type { EngineState } from './engine.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { Commands } from './commands.svelte.ts';
import type { Shell } from './shell.svelte.ts';

const SESSION = Symbol('session');
const COMMANDS = Symbol('commands');
const SHELL = Symbol('shell');
const ENGINE = Symbol('engine');

export const provideSession = (session: Session): Session => setContext(SESSION, session);
export const useSession = (): Session => getContext<Session>(SESSION);

/** Components add what they offer: `$effect(() => useCommands().add([…]))` in the component's first run. */
export const provideCommands = (commands: Commands): Commands => setContext(COMMANDS, commands);
export const useCommands = (): Commands => getContext<Commands>(COMMANDS);

export const provideShell = (shell: Shell): Shell => setContext(SHELL, shell);
export const useShell = (): Shell => getContext<Shell>(SHELL);

export const provideEngine = (engine: EngineState): EngineState => setContext(ENGINE, engine);
export const useEngine = (): EngineState => getContext<EngineState>(ENGINE);
