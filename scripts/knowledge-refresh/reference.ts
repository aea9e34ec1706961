/** Reads AWS's service reference: a list of services, and one document a service. */
import pLimit from 'p-limit';
import { RunError } from '../../src/errors.ts';

export interface ServiceReference {
  readonly service: string;
  readonly actions: readonly string[];
  readonly operations: readonly { readonly name: string; readonly actions: readonly string[] }[];
}

const PARALLEL = 8;

/** @throws RunError naming the address that could not be read or does not speak the format. */
export async function readReference(url: string): Promise<readonly ServiceReference[]> {
  const list = await fetchJson(url);
  if (!Array.isArray(list) || list.length === 0) throw new RunError(`\`${url}\` is not a list of services`);
  const limit = pLimit(PARALLEL);
  const documents = await Promise.all(
    list.map((entry: unknown) =>
      limit(async () => {
        const address = text(entry, 'url');
        if (address === undefined) throw new RunError(`\`${url}\` lists a service without \`url\``);
        return serviceOf(await fetchJson(address), address);
      }),
    ),
  );
  return documents.sort((a, b) => (a.service < b.service ? -1 : 1));
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new RunError(`\`${url}\` could not be read: ${(error as Error).message}`);
  }
}

function serviceOf(document: unknown, url: string): ServiceReference {
  const service = text(document, 'Name');
  if (service === undefined)
    throw new RunError(`\`${url}\` has no \`Name\`: the format of the reference changed`);
  return {
    service,
    actions: list(document, 'Actions').flatMap((one) => text(one, 'Name') ?? []),
    operations: list(document, 'Operations').flatMap((one) => {
      const name = text(one, 'Name');
      const actions = list(one, 'AuthorizedActions').flatMap((action) => {
        const of = text(action, 'Service');
        const is = text(action, 'Name');
        return of === undefined || is === undefined ? [] : [`${of}:${is}`];
      });
      return name === undefined ? [] : [{ name, actions }];
    }),
  };
}

function member(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
const text = (value: unknown, key: string): string | undefined => {
  const found = member(value, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
};
const list = (value: unknown, key: string): readonly unknown[] => {
  const found = member(value, key);
  return Array.isArray(found) ? found : [];
};
