/** Many paths over one object in one pass over its members: the cost of a path that a record lacks is nothing. */
import type { Json, JsonObject } from '../events/event.ts';
import { isWrapper, type SplitPath } from './path.ts';

/** What a member of this name means to the index; `wraps`: the member holds the request once more. */
interface Known<Item> {
  readonly items: readonly Item[] | undefined;
  /** Items that look for the name one level down, in any object. */
  readonly nested: readonly Item[] | undefined;
  readonly wraps: boolean;
}
/** Member names come from logs: past this many distinct ones their meaning is worked out anew each time. */
const MAX_NAMES = 256;

export class PathIndex<Item extends { readonly path: SplitPath }> {
  readonly #byName = new Map<string, Item[]>();
  readonly #nested = new Map<string, Item[]>();
  /** Exact spellings met so far, so that no name is lowered twice. */
  readonly #spellings = new Map<string, Known<Item>>();

  constructor(items: readonly Item[]) {
    for (const item of items) {
      const index = item.path.nested ? this.#nested : this.#byName;
      const known = index.get(item.path.first);
      if (known) known.push(item);
      else index.set(item.path.first, [item]);
    }
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0 && this.#nested.size === 0;
  }

  /** Calls `visit` for each item whose first member the object has, wrapped requests included. */
  each(root: JsonObject, visit: (item: Item, value: Json) => void): void {
    if (this.isEmpty) return;
    for (const name of Object.keys(root)) {
      const value = root[name] as Json;
      if (value === null || value === '') continue;
      const known = this.#meaning(name);
      if (known.items) for (const item of known.items) visit(item, value);
      if (typeof value !== 'object' || Array.isArray(value)) continue;
      if (known.wraps || this.#nested.size > 0) this.#within(value as JsonObject, known.wraps, visit);
    }
  }

  #within(inner: JsonObject, wraps: boolean, visit: (item: Item, value: Json) => void): void {
    for (const name of Object.keys(inner)) {
      const value = inner[name] as Json;
      if (value === null || value === '') continue;
      const known = this.#meaning(name);
      if (wraps && known.items) for (const item of known.items) visit(item, value);
      if (known.nested) for (const item of known.nested) visit(item, value);
    }
  }

  #meaning(name: string): Known<Item> {
    const known = this.#spellings.get(name);
    if (known) return known;
    const lower = name.toLowerCase();
    const made = {
      items: this.#byName.get(lower),
      nested: this.#nested.get(lower),
      wraps: isWrapper(name),
    };
    if (this.#spellings.size < MAX_NAMES) this.#spellings.set(name, made);
    return made;
  }
}
