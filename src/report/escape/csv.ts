/**
 * A CSV field that stays text in Excel, LibreOffice and Google Sheets.
 * https://owasp.org/www-community/attacks/CSV_Injection https://www.rfc-editor.org/rfc/rfc4180
 */
import { visible } from './visible.ts';

/** What starts a formula, in ASCII and full width. */
const FORMULA = '[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]';
const START = new RegExp(`^\\s*(?=${FORMULA})`, 'u');
/** Where a spreadsheet set to another separator would start a new cell inside ours. */
const INNER = new RegExp(`([;,|]["'\\s]*)(?=${FORMULA})`, 'gu');

/** Printable ASCII without quotes, and no formula at its start or after a separator: most fields, told in one pass. */
const PLAIN = /^(?! *[=+\-@])(?:[ !#-+\--:<-{}~]|[;,|](?![ ']*[=+\-@]))*$/;

/** Always quoted; an apostrophe before what would start a formula makes it text. */
export function csvField(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const safe = visible(text).replace(START, "'$&").replace(INNER, "$1'");
  return `"${safe.replaceAll('"', '""')}"`;
}
