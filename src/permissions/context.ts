/**
 * Condition keys that a forward access session fixes: the service that called on the principal's behalf.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
 *
 * `invokedBy` is also written for service roles and for some console proxies; then the keys were not in the request.
 * They narrow a permission only where every use of it bears them.
 */
import type { ActionName } from '../catalogue/catalogue.ts';
import type { Call } from './call.ts';

export type Context = readonly (readonly [key: string, value: string])[];
export const NO_CONTEXT: Context = [];
/** Callers met so far and the service each names; they come from logs, hence the bound. */
const SERVICES = new Map<string, string | undefined>();
const MAX_CALLERS = 1_000;
const SERVICE = /^([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.amazonaws\.com(?:\.cn)?$/;

/** Pairs sorted by key; empty for direct calls and for texts that name no service (`AWS Internal`). */
export function contextOf(action: ActionName, call: Call): Context {
  const { caller } = call;
  if (caller === undefined) return NO_CONTEXT;
  const service = serviceOf(caller);
  if (service === undefined) return NO_CONTEXT;
  if (!action.startsWith('kms:') || service.includes('.')) return [['aws:CalledVia', caller]];
  return [
    ['aws:CalledVia', caller],
    ['kms:ViaService', `${service}.${call.awsRegion}.amazonaws.com`],
  ];
}

function serviceOf(caller: string): string | undefined {
  const known = SERVICES.get(caller);
  if (known !== undefined || SERVICES.has(caller)) return known;
  const service = SERVICE.exec(caller)?.[1];
  if (SERVICES.size < MAX_CALLERS) SERVICES.set(caller, service);
  return service;
}
