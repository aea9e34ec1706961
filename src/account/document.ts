/**
 * A policy document as AWS hands it out: the CLI prints an object, the API and most SDKs a string that is
 * percent-encoded after RFC 3986. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
 */
import { isJson } from './fields.ts';

export type Document = { readonly document: unknown } | { readonly problem: string };

/** Documents by their text: many roles have the same one, and what is found out about it holds for all. */
export type Documents = Map<string, unknown>;

/** The parsed JSON object of a document, or one line saying why there is none. Equal ones are one value of `known`. */
export function decodeDocument(value: unknown, known: Documents = new Map()): Document {
  const decoded = decode(value);
  if ('problem' in decoded) return decoded;
  const text = JSON.stringify(decoded.document);
  if (!known.has(text)) known.set(text, decoded.document);
  return { document: known.get(text) };
}

function decode(value: unknown): Document {
  if (isJson(value)) return { document: value };
  if (value === undefined || value === null) return { problem: 'its document is missing' };
  if (typeof value !== 'string') return { problem: 'its document is neither an object nor a string' };
  let plain = value.trim();
  if (!plain.startsWith('{')) {
    try {
      plain = decodeURIComponent(plain);
    } catch {
      return { problem: 'its document is not validly percent-encoded' };
    }
  }
  try {
    const parsed: unknown = JSON.parse(plain);
    return isJson(parsed) ? { document: parsed } : { problem: 'its document is not a JSON object' };
  } catch {
    return { problem: 'its document is not valid JSON' };
  }
}
