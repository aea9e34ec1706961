/** The form of every table: one row a line, sorted by code unit, unique. */
export function toText(rows: readonly object[]): string {
  const lines = new Set(rows.map((row) => spaced(JSON.stringify(row))));
  return `[\n${[...lines].sort().join(',\n')}\n]\n`;
}

/** A space after each colon and comma outside of texts, as people read it. */
function spaced(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|[:,]/g, (token) =>
    token === ':' || token === ',' ? `${token} ` : token,
  );
}

/** Lines that left (`-`) and came (`+`), in the order of the table. */
export function changesOf(before: string, after: string): readonly string[] {
  const linesOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replace(/,$/, ''));
  const [old, made] = [new Set(linesOf(before)), new Set(linesOf(after))];
  return [
    ...[...old].filter((line) => !made.has(line)).map((line) => `- ${line}`),
    ...[...made].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}
