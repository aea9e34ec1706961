/** What a place holds for a window, by listing alone: accounts, regions, days and sizes, before anything is read. */
import type { CoverageCell, ObjectGap, ObjectRef } from './source.ts';

export interface InventoryCell extends CoverageCell {
  /** Compressed. */
  readonly bytes: number;
}

export interface Inventory {
  /** As `SourceFacts.location`. */
  readonly location: string;
  readonly objects: number;
  readonly bytes: number;
  /** Sorted by account, region, day. */
  readonly cells: readonly InventoryCell[];
  /** Objects whose name tells no account, region and day. */
  readonly unplaced: number;
  readonly ignored: readonly (readonly [kind: string, count: number])[];
  /** Folders that could not be listed, and files that digests tell of and that are not there. */
  readonly gaps: readonly ObjectGap[];
  /** As `SourceFacts.delivered`. */
  readonly delivered?: readonly CoverageCell[];
}

/** Collects an inventory, in any order of what is added. */
export function createInventory() {
  const cells = new Map<string, InventoryCell>();
  const ignored = new Map<string, number>();
  const gaps: ObjectGap[] = [];
  const total = { objects: 0, bytes: 0, unplaced: 0 };
  return {
    add: ({ accountId, region, day, bytes }: ObjectRef): void => {
      total.objects += 1;
      total.bytes += bytes;
      if (accountId === undefined || region === undefined || day === undefined) {
        total.unplaced += 1;
        return;
      }
      const key = `${accountId}/${region}/${day}`;
      const known = cells.get(key);
      const sum = { objects: (known?.objects ?? 0) + 1, bytes: (known?.bytes ?? 0) + bytes };
      cells.set(key, { accountId, region, day, ...sum });
    },
    ignore: (kind: string, count = 1): void => void ignored.set(kind, (ignored.get(kind) ?? 0) + count),
    gap: (gap: ObjectGap): void => void gaps.push(gap),
    done: (location: string): Inventory => ({
      location,
      ...total,
      cells: sorted(cells),
      ignored: [...ignored].sort(([a], [b]) => (a < b ? -1 : 1)),
      gaps: gaps.sort((a, b) => (a.object.name < b.object.name ? -1 : 1)),
    }),
  };
}

const sorted = (cells: ReadonlyMap<string, InventoryCell>): readonly InventoryCell[] =>
  [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
