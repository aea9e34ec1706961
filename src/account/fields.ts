/** Readers for fields of AWS's JSON. They name the place (`RoleDetailList[3].Arn`) and the file in what they say. */
import { UsageError } from '../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Own property only: a file may name a key `constructor` or `__proto__`. */
export const field = (object: Json, key: string): unknown =>
  Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;

/** Characters that end a line or command a terminal; no name, id or ARN of AWS has one. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Text of a file for use in a message: on one line, and nothing in it commands a terminal. */
export const shown = (value: string): string =>
  value.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, 300);

/** A required, non-empty string without control characters. */
export function text(object: Json, key: string, at: string, origin: string): string {
  const value = field(object, key);
  if (typeof value === 'string' && value !== '' && !CONTROL.test(value)) return value;
  const fault =
    value === undefined
      ? 'is missing'
      : typeof value === 'string' && value !== ''
        ? 'holds control characters'
        : 'is no text';
  throw new UsageError(
    `\`${at}.${key}\` in \`${origin}\` ${fault}: give the unchanged output of the AWS command`,
  );
}

export function optionalText(object: Json, key: string): string | undefined {
  const value = field(object, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function optionalNumber(object: Json, key: string): number | undefined {
  const value = field(object, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A list of objects; absent and null are empty, as AWS leaves empty lists out. */
export function objects(object: Json, key: string, at: string, origin: string): readonly Json[] {
  const value = field(object, key);
  if (value === undefined) return [];
  const path = at === '' ? key : `${at}.${key}`;
  if (!Array.isArray(value))
    throw new UsageError(
      `\`${path}\` in \`${origin}\` is not a list: give the unchanged output of the AWS command`,
    );
  return value.map((one: unknown, index) => {
    if (isJson(one)) return one;
    throw new UsageError(
      `\`${path}[${index}]\` in \`${origin}\` is not an object: give the unchanged output of the AWS command`,
    );
  });
}

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Epoch ms of an ISO 8601 time; AWS's times are UTC, so one without a zone is, too. Undefined where it is no time. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = TIME.exec(value);
  if (!match) return undefined;
  const parsed = Date.parse(match[1] === undefined && value.length > 10 ? `${value}Z` : value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `parseTime` of a field. */
export const time = (object: Json, key: string): number | undefined => parseTime(field(object, key));

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` wants it. */
export function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
