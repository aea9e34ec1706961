/** Many paths over one object in one pass over its members: the cost of a path that a record lacks is nothing. */
import type { Json, JsonObject } from '../events/event.ts';
import { isWrapper, type SplitPath } from './path.ts';

/** What a member of this name means to the index; `wraps`: the member holds the request once more. */
interface Known<Item> {
  readonly items: readonly Item[];
  /** Items that look for the name one level down, in any object. */
  readonly nested: readonly Item[];
  readonly wraps: boolean;
}
/** Member names come from logs: past this many distinct ones their meaning is worked out anew each time. */
const MAX_NAMES = 256;
const MAX_LAYOUT = 64;

/** What `each` finds is told to this; one for each call would be one more thing to throw away. */
export interface Visitor<Item> {
  visit(item: Item, value: Json): void;
}

export class PathIndex<Item extends { readonly path: SplitPath }> {
  readonly #byName = new Map<string, Item[]>();
  readonly #nested = new Map<string, Item[]>();
  /** Exact spellings met so far, so that no name is lowered twice. */
  readonly #spellings = new Map<string, Known<Item>>();
  /** Names of the last object's members and what they mean: calls of one operation have mostly the same, in one order. */
  readonly #names: string[] = [];
  readonly #meanings: Known<Item>[] = [];
  readonly #hasNested: boolean;
  readonly isEmpty: boolean;

  constructor(items: readonly Item[]) {
    for (const item of items) {
      const index = item.path.nested ? this.#nested : this.#byName;
      const known = index.get(item.path.first);
      if (known) known.push(item);
      else index.set(item.path.first, [item]);
    }
    this.#hasNested = this.#nested.size > 0;
    this.isEmpty = items.length === 0;
  }

  /** Tells the visitor of each item whose first member the object has, wrapped requests included. */
  each(root: JsonObject, visitor: Visitor<Item>): void {
    if (this.isEmpty) return;
    let position = 0;
    for (const name in root) {
      const known = this.#names[position] === name ? this.#meanings[position]! : this.#learn(position, name);
      position += 1;
      const { items, wraps } = known;
      if (items.length === 0 && !wraps && !this.#hasNested) continue;
      const value = root[name] as Json;
      if (value === null || value === '') continue;
      for (const item of items) visitor.visit(item, value);
      if ((wraps || this.#hasNested) && typeof value === 'object' && !Array.isArray(value))
        this.#within(value as JsonObject, wraps, visitor);
    }
  }

  #within(inner: JsonObject, wraps: boolean, visitor: Visitor<Item>): void {
    for (const name in inner) {
      const value = inner[name] as Json;
      if (value === null || value === '') continue;
      const { items, nested } = this.#meaning(name);
      if (wraps) for (const item of items) visitor.visit(item, value);
      for (const item of nested) visitor.visit(item, value);
    }
  }

  #learn(position: number, name: string): Known<Item> {
    const known = this.#meaning(name);
    if (position < MAX_LAYOUT) {
      this.#names[position] = name;
      this.#meanings[position] = known;
    }
    return known;
  }

  #meaning(name: string): Known<Item> {
    const known = this.#spellings.get(name);
    if (known) return known;
    const lower = name.toLowerCase();
    const made = {
      items: this.#byName.get(lower) ?? [],
      nested: this.#nested.get(lower) ?? [],
      wraps: isWrapper(name),
    };
    if (this.#spellings.size < MAX_NAMES) this.#spellings.set(name, made);
    return made;
  }
}
