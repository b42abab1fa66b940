// The debug ladder: `?debug=device,plan,wgsl,timing` in the page's address, `DEBUG=…` for the command line; the words go to the console.

/**
 * `device`: each adapter that is asked for and each device that is opened or lost. `plan`: each plan that is loaded, a line a
 * dispatch. `wgsl`: its shader texts. `timing`: milliseconds of each load and run. `objects`: counts live GPU objects, and shows the
 * count where pictures are looked at.
 */
export type DebugTopic = 'device' | 'plan' | 'wgsl' | 'timing' | 'objects';

let topics: ReadonlySet<string> = new Set();
let sink: (text: string) => void = () => undefined;

/** Listens to the topics in `words`, separated by commas; words of other programs are none of ours. */
export function startDebug(words: string, print: (text: string) => void): void {
  topics = new Set(words.split(',').map((word) => word.trim()));
  sink = print;
}

export const listening = (topic: DebugTopic): boolean => topics.has(topic);

/** Prints `text()` where somebody listens to the topic. */
export function debug(topic: DebugTopic, text: () => string): void {
  if (topics.has(topic)) sink(text());
}

/** `?debug=…` of an address or of a worker's name. */
export const debugWords = (address: string): string =>
  new URLSearchParams(address.slice(address.indexOf('?') + 1)).get('debug') ?? '';
