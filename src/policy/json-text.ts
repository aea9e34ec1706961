/** What JSON.parse forgets: keys given twice in one object, where the last silently wins. */

interface Frame {
  readonly path: string;
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
  /** In an object: the next string is a key, not a value. */
  expectsKey: boolean;
}

/** JSON paths of keys that repeat. The text must be valid JSON. Keeps its own stack, so depth is no danger. */
export function duplicateKeys(json: string): string[] {
  const repeated: string[] = [];
  const stack: Frame[] = [];
  const pathOf = (frame: Frame | undefined): string => {
    if (!frame) return '$';
    return frame.keys ? `${frame.path}.${frame.key}` : `${frame.path}[${frame.index}]`;
  };
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    const frame = stack.at(-1);
    if (char === '{' || char === '[') {
      // Paths of very deep values are not built: a policy is never that deep.
      const path = stack.length < 64 ? pathOf(frame) : '$..';
      stack.push({
        path,
        keys: char === '{' ? new Set() : undefined,
        index: 0,
        key: '',
        expectsKey: char === '{',
      });
    } else if (char === '}' || char === ']') stack.pop();
    else if (char === ',' && frame) {
      if (frame.keys) frame.expectsKey = true;
      else frame.index += 1;
    } else if (char === '"') {
      const end = stringEnd(json, at);
      if (frame?.keys && frame.expectsKey) {
        frame.expectsKey = false;
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        frame.key = key;
        if (frame.keys.has(key)) repeated.push(pathOf(frame));
        frame.keys.add(key);
      }
      at = end;
    }
  }
  return repeated;
}

function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
