/** A policy document as every file and every diff shows it. */
import type { JsonPolicy } from '../plan/plan.ts';
import { prettyJson } from './escape/json.ts';
import { once } from './once.ts';

/** JSON with two spaces, without a line feed at its end. */
export const policyText = once((document: JsonPolicy) => prettyJson(document));
