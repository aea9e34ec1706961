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
