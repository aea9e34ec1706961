/** JSON that is safe to print and to paste: what `visible` would spell out is written as `\uXXXX`, so the value is unchanged. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Beyond printable ASCII. Below it JSON text has the line feeds of indentation only. */
const BEYOND = /[\u007f-\uffff]/;

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

/** Replaces unseen characters inside JSON text; outside strings JSON has none but the line feeds of indentation. */
export function escapeUnseenJson(json: string): string {
  if (!BEYOND.test(json)) return json;
  return json.replace(UNSEEN, (char) => {
    if (char === '\n') return char;
    return char.length === 1 ? unit(char.charCodeAt(0)) : unit(char.charCodeAt(0)) + unit(char.charCodeAt(1));
  });
}

/** `JSON.stringify` with two spaces, made safe to print. Ends without a line feed. */
export function prettyJson(value: unknown): string {
  return escapeUnseenJson(JSON.stringify(value, null, 2));
}

/** One JSON string literal, quotes included. */
export function jsonString(text: string): string {
  return escapeUnseenJson(JSON.stringify(text));
}
