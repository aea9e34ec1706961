/** CSV after RFC 4180: quoted fields may hold commas, quotes (doubled) and line ends. */

/** Rows of fields; a byte order mark and an empty last line are dropped. Undefined where a quote is never closed. */
export function parseCsv(text: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const input = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (let at = 0; at < input.length; at++) {
    const one = input[at]!;
    if (quoted) {
      if (one !== '"') field += one;
      else if (input[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (one === '"' && field === '') quoted = true;
    else if (one === ',' || one === '\n') {
      row.push(one === '\n' && field.endsWith('\r') ? field.slice(0, -1) : field);
      field = '';
      if (one === '\n') {
        rows.push(row);
        row = [];
      }
    } else field += one;
  }
  if (quoted) return undefined;
  if (field !== '' || row.length > 0) rows.push([...row, field.endsWith('\r') ? field.slice(0, -1) : field]);
  return rows.filter((fields) => fields.length > 1 || fields[0] !== '');
}
