/** Many paths over one object in one pass over its members: the cost of a path that a record lacks is nothing. */
import type { Json, JsonObject } from '../events/event.ts';
import { isWrapper, type SplitPath } from './path.ts';

/** What a member of this name means to the index; `wraps`: the member holds the request once more. */
interface Known<Item> {
  readonly items: readonly Item[] | undefined;
  readonly wraps: boolean;
}
/** Member names come from logs: past this many distinct ones their meaning is worked out anew each time. */
const MAX_NAMES = 256;

export class PathIndex<Item extends { readonly path: SplitPath }> {
  readonly #byName = new Map<string, Item[]>();
  readonly #anywhere: readonly Item[] | undefined;
  /** Exact spellings met so far, so that no name is lowered twice. */
  readonly #spellings = new Map<string, Known<Item>>();

  constructor(items: readonly Item[]) {
    for (const item of items) {
      const known = this.#byName.get(item.path.first);
      if (known) known.push(item);
      else this.#byName.set(item.path.first, [item]);
    }
    this.#anywhere = this.#byName.get('*');
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /** Calls `visit` for each item whose first member the object has, wrapped requests included. */
  each(root: JsonObject, visit: (item: Item, value: Json) => void): void {
    if (this.#byName.size === 0) return;
    for (const name of Object.keys(root)) {
      const value = root[name] as Json;
      if (value === null || value === '') continue;
      const known = this.#meaning(name);
      if (known.items) for (const item of known.items) visit(item, value);
      if (typeof value !== 'object' || Array.isArray(value)) continue;
      if (this.#anywhere) for (const item of this.#anywhere) visit(item, value);
      if (known.wraps) this.#within(value as JsonObject, visit);
    }
  }

  #within(inner: JsonObject, visit: (item: Item, value: Json) => void): void {
    for (const name of Object.keys(inner)) {
      const value = inner[name] as Json;
      if (value === null || value === '') continue;
      const known = this.#meaning(name);
      if (known.items) for (const item of known.items) visit(item, value);
    }
  }

  #meaning(name: string): Known<Item> {
    const known = this.#spellings.get(name);
    if (known) return known;
    const made = { items: this.#byName.get(name.toLowerCase()), wraps: isWrapper(name) };
    if (this.#spellings.size < MAX_NAMES) this.#spellings.set(name, made);
    return made;
  }
}
