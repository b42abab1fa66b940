// State that outlives the components that show it: one object of its kind for each session.
import type { Session } from './session.svelte.ts';

export function perSession<T extends object>(make: (session: Session) => T): (session: Session) => T {
  const states = new WeakMap<Session, T>();
  return (session) => {
    let state = states.get(session);
    if (!state) {
      // Under an effect of its own: what a component's effect owns derives nothing any more once the component is gone.
      $effect.root(() => {
        state = make(session);
      });
      states.set(session, state as unknown as T);
    }
    return state as unknown as T;
  };
}
