/** What a renderer hands on: a file's name and its text. Writing is the commands' business. */
export interface OutputFile {
  /** A file name without folders, safe on every file system. */
  readonly name: string;
  readonly text: string;
}

/** A policy's or principal's name as a file name: other characters than letters, digits and `+=,@_-.` become `_`. */
export function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9+=,@_.-]/g, '_').slice(0, 128);
  return /^\.*$/.test(safe) ? `_${safe}` : safe;
}

/** One safe name each, in order; names that differ only by case or by what was replaced get a number. */
export function safeNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let free = safe;
    for (let next = 2; taken.has(free.toLowerCase()); next++) free = `${safe}-${next}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
