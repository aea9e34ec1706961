/**
 * Bounds the resources that are held by name. Of one action of one principal up to `exact` are; where more are seen, all
 * of that action are held by the longest beginnings of which there are at most `patterns`. Where all actions of all
 * principals hold more than `total`, `exact` is halved. The result depends on what was seen, never on the order: counts
 * at each depth only grow, and an action that was coarsened counts as full whatever it holds.
 */
import type { RequiredPermission, ResourceRef } from '../permissions/permission.ts';
import { asPattern, escapeLiteral, type Pattern } from '../policy/pattern.ts';

export interface Limits {
  /** Resources of one action and principal that are held by name. */
  readonly exact: number;
  /** Beginnings that stand for more than those. */
  readonly patterns: number;
  /** Resources by name, of all actions and principals. */
  readonly total: number;
}

/** An entry takes about 1.5 KB: 100 MB for one principal or a few, 300 MB for all. */
export const LIMITS = {
  some: { exact: 10_000, patterns: 50, total: 60_000 },
  all: { exact: 10_000, patterns: 50, total: 200_000 },
} as const satisfies Record<string, Limits>;

/** Words of a name that a beginning may have; each ends with the character that separates it from the next. */
const DEEPEST = 24;
/** One pattern for everything. */
const ALL = -1;
const WORD = /[A-Za-z0-9]*[^A-Za-z0-9]|[A-Za-z0-9]+$/g;
const ARN = /^(?:[^:]*:){5}/;
/** What a policy cannot hold ends a beginning. */
const INEXPRESSIBLE = /[^\u0020-\u00ff]/;

/** What an entry is about; `key` tells one entry from another. */
export interface Held {
  readonly key: string;
  readonly permission: RequiredPermission;
  /** Beginning that stands for the names of the entry, as it was seen. */
  readonly beginning?: string;
}

interface Mergeable {
  merge(other: this): void;
}

/** Shared by all that count towards one `total`. */
export class Budget {
  readonly #limits: Limits;
  readonly #shelves: Shelf<Mergeable>[] = [];
  #exact: number;
  #total = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#exact = limits.exact;
  }

  get exact(): number {
    return this.#exact;
  }

  get patterns(): number {
    return this.#limits.patterns;
  }

  register(shelf: Shelf<Mergeable>): void {
    this.#shelves.push(shelf);
  }

  /** One more name is held on a shelf. */
  charge(): void {
    this.#total += 1;
    while (this.#total > this.#limits.total && this.#exact > this.#limits.patterns) {
      this.#exact = Math.max(this.#limits.patterns, this.#exact >> 1);
      this.#total = this.#shelves.reduce((sum, shelf) => sum + shelf.settle(), 0);
    }
  }
}

/** The entries of one action and level of one principal. */
export class Shelf<T extends Mergeable> {
  readonly #budget: Budget;
  readonly #exactly: Map<string, T>;
  readonly #create: (permission: RequiredPermission) => T;
  /** By name; emptied when coarsened. */
  #names: Held[] = [];
  #depth: number | undefined;
  #coarse = new Map<string, { readonly held: Held; readonly value: T }>();

  /** Entries by name are put into `exactly`, where they are found without asking the shelf. */
  constructor(budget: Budget, exactly: Map<string, T>, create: (permission: RequiredPermission) => T) {
    this.#budget = budget;
    this.#exactly = exactly;
    this.#create = create;
    budget.register(this as unknown as Shelf<Mergeable>);
  }

  /** The entry for a permission that `exactly` does not hold. */
  place(key: string, permission: RequiredPermission): T {
    if (this.#depth === undefined) {
      const value = this.#create(permission);
      this.#names.push({ key, permission });
      this.#exactly.set(key, value);
      this.#budget.charge();
      this.settle();
      if (this.#depth === undefined) return value;
    }
    const held = coarser({ key, permission }, this.#depth);
    const known = this.#coarse.get(held.key);
    if (known) return known.value;
    const value = this.#create(held.permission);
    this.#coarse.set(held.key, { held, value });
    if (this.#coarse.size <= this.#budget.patterns) return value;
    this.#deepen();
    return this.#coarse.get(coarser({ key, permission }, this.#depth).key)!.value;
  }

  /** Coarsens where there are too many names; returns what the shelf counts for. */
  settle(): number {
    const { exact } = this.#budget;
    if (this.#depth === undefined && this.#names.length > exact) {
      for (const held of this.#names) {
        this.#coarse.set(held.key, { held, value: this.#exactly.get(held.key)! });
        this.#exactly.delete(held.key);
      }
      this.#names = [];
      this.#depth = DEEPEST + 1;
      this.#deepen();
    }
    return this.#depth === undefined ? this.#names.length : exact;
  }

  coarse(): Iterable<T> {
    return [...this.#coarse.values()].map((one) => one.value);
  }

  #deepen(): void {
    while (this.#coarse.size > this.#budget.patterns && this.#depth! > ALL) {
      this.#depth! -= 1;
      const next = new Map<string, { held: Held; value: T }>();
      for (const { held: fine, value } of this.#coarse.values()) {
        const held = coarser(fine, this.#depth!);
        const known = next.get(held.key);
        if (known) known.value.merge(value);
        else {
          const fresh = held === fine ? value : this.#create(held.permission);
          if (fresh !== value) fresh.merge(value);
          next.set(held.key, { held, value: fresh });
        }
      }
      this.#coarse = next;
    }
  }
}

/** What stands for an entry at a depth; itself where its name is no longer than that. */
function coarser(fine: Held, depth: number): Held {
  const { permission } = fine;
  const { resource } = permission;
  if (depth === ALL) {
    const all: ResourceRef = { kind: 'unresolved', reason: '', patterns: [asPattern('*')], many: true };
    return { key: 'all', permission: { ...permission, resource: all, context: [] } };
  }
  const name = fine.beginning ?? (resource.kind === 'arn' && !resource.inexact ? resource.arn : undefined);
  if (name !== undefined) {
    const beginning = beginningOf(name, depth);
    return beginning === name ? fine : standIn(permission, [`${literal(beginning)}*`], beginning);
  }
  if (resource.kind === 'arn' && resource.inexact) return standIn(permission, resource.inexact.patterns);
  return fine;
}

function standIn(permission: RequiredPermission, patterns: readonly string[], beginning?: string): Held {
  const { resource, context } = permission;
  const type = resource.kind === 'any' ? undefined : resource.type;
  const held: ResourceRef = {
    kind: 'unresolved',
    reason: '',
    ...(type === undefined ? {} : { type }),
    patterns: patterns.map(asPattern),
    many: true,
  };
  return {
    key: JSON.stringify([patterns, type ?? '', context]),
    permission: { ...permission, resource: held },
    ...(beginning === undefined ? {} : { beginning }),
  };
}

/** The first `depth` words after the account of an ARN; what is no ARN has no account. */
function beginningOf(name: string, depth: number): string {
  const head = ARN.exec(name)?.[0] ?? '';
  const words = name.slice(head.length).match(WORD) ?? [];
  return words.length <= depth ? name : head + words.slice(0, depth).join('');
}

/** As a policy can hold it: up to the first character that it cannot. */
const literal = (beginning: string): Pattern => {
  const at = beginning.search(INEXPRESSIBLE);
  return escapeLiteral(at < 0 ? beginning : beginning.slice(0, at));
};
