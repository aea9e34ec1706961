/**
 * Which parts of a resource's name a program made: dates, UUIDs, hashes, counters (rows in data/id-tokens.json).
 * A shape is the name with such parts cut out; names that share a shape differ in nothing else.
 */
import rows from './data/id-tokens.json' with { type: 'json' };

/** Text that stands as it is, or `null` for a part that varies. Never two `null`s in a row. */
export type Shape = readonly (string | null)[];

const TOKENS = rows.map((row) => new RegExp(`(?<![A-Za-z0-9])(?:${row.pattern})(?![A-Za-z0-9])`, 'g'));
/** What an identity policy cannot hold: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
const FOREIGN = /[^\u0020-\u00ff]+/g;

/** True where a policy can hold all of a name's characters. */
export function isExpressible(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charCodeAt(at);
    if (unit < 0x20 || unit > 0xff) return false;
  }
  return true;
}

/** Cuts made-up parts out of a name. */
export const shapeOf = (name: string): Shape =>
  TOKENS.reduce<Shape>((shape, token) => cut(shape, token), [name]);

/** Cuts out characters that no policy document may hold; a name without any comes back whole. */
export function expressible(name: string): Shape {
  return isExpressible(name) ? [name] : cut([name], FOREIGN);
}

function cut(shape: Shape, token: RegExp): Shape {
  const result: (string | null)[] = [];
  for (const part of shape) {
    if (part === null) {
      result.push(null);
      continue;
    }
    let from = 0;
    for (const match of part.matchAll(token)) {
      if (match.index > from) result.push(part.slice(from, match.index));
      result.push(null);
      from = match.index + match[0].length;
    }
    if (from < part.length) result.push(part.slice(from));
  }
  return result.filter((part, i) => !(part === null && result[i - 1] === null));
}
