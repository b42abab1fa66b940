// Whose net a checkpoint's tensors are, whatever a training program put before their names or beside them.

/** Wrappers that stand as a part of a name wherever a module was wrapped (DataParallel, torch.compile, FSDP, activation checkpoints). */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
  '_forward_module',
]);

/** Last parts of names that no inference reads: step counters of norms and averages, what profilers count, fixed index tables. */
const counters: ReadonlySet<string> = new Set([
  'num_batches_tracked',
  'n_averaged',
  'num_updates',
  'total_ops',
  'total_params',
  '__flops__',
  '__params__',
  'attention_bias_idxs',
  'relative_position_index',
]);

export const isCounter = (name: string): boolean => counters.has(name.slice(name.lastIndexOf('.') + 1));

/** `module.blocks.0._orig_mod.conv.weight` → `blocks.0.conv.weight`. */
const unwrap = (name: string): string => {
  const parts = name.split('.');
  return parts.some((part) => wrappers.has(part)) ? parts.filter((part) => !wrappers.has(part)).join('.') : name;
};

export interface NamedTensors<T> {
  /** By the net's own names. */
  readonly tensors: ReadonlyMap<string, T>;
  /** What stood before each name and was left out, with its dot; empty where nothing did. */
  readonly prefix: string;
  /** Tensors outside of the prefix: another net, a loss, an optimizer. */
  readonly outside: readonly string[];
  /** Other prefixes under which the file holds as much of the net: which one is meant cannot be known. */
  readonly rivals: readonly string[];
}

/**
 * A file's tensors by the names that a net wants. Whatever prefix leads to most of them is left out (`model.`, `ema.`, `backbone.`,
 * `student.model.`), as are wrappers inside of names and counters; names that fit as they are stay as they are.
 */
export function byWantedNames<T>(tensors: ReadonlyMap<string, T>, wanted: ReadonlySet<string>): NamedTensors<T> {
  const entries = [...tensors].filter(([name]) => wanted.has(name) || !isCounter(name));
  const bare = new Set<string>();
  const plain = entries.map(([name, tensor]): [string, T] => {
    const own = wanted.has(name) ? name : unwrap(name);
    // Two names that become one must stay two.
    const unique = bare.has(own) ? name : own;
    bare.add(unique);
    return [unique, tensor];
  });
  const found = new Map<string, number>();
  for (const [name] of plain) {
    // Every end of the name that is a wanted name, and what stands before it.
    for (let at = 0; at >= 0 && at < name.length; at = after(name, at)) {
      if (wanted.has(name.slice(at))) found.set(name.slice(0, at), (found.get(name.slice(0, at)) ?? 0) + 1);
    }
  }
  const ranked = [...found].sort(([a, n], [b, m]) => m - n || a.length - b.length);
  const [prefix, count] = ranked[0] ?? ['', 0];
  const rivals = ranked
    .slice(1)
    // Only a prefix that holds the whole net is a rival.
    .filter(([, other]) => other === count && count === wanted.size)
    .map(([other]) => other);
  if (prefix === '') return { tensors: new Map(plain), prefix, outside: [], rivals };
  const inside = plain.filter(([name]) => name.startsWith(prefix));
  return {
    tensors: new Map(inside.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    prefix,
    outside: plain.filter(([name]) => !name.startsWith(prefix)).map(([name]) => name),
    rivals,
  };
}

/** Where the next part of a dotted name begins; −1 behind the last. */
const after = (name: string, at: number): number => {
  const dot = name.indexOf('.', at);
  return dot < 0 ? -1 : dot + 1;
};
