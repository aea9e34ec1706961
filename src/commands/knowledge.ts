/** The knowledge tables as the commands use them. */
import type { ActionName, Catalogue } from '../catalogue/catalogue.ts';
import { createObservability } from '../permissions/observability.ts';

export interface Knowledge {
  /** CloudTrail data-event resource types under which an action is logged; empty for anything but a data action. */
  dataTypesOf(action: ActionName): readonly string[];
  /** Whether CloudTrail records the action as a read (`readOnly`). */
  isRead(action: ActionName): boolean;
}

export function createKnowledge(catalogue: Catalogue): Knowledge {
  const observe = createObservability(catalogue);
  return {
    dataTypesOf: (action) => {
      const seen = observe(action);
      return seen.kind === 'data' ? seen.resourceTypes : [];
    },
    isRead: (action) => {
      const seen = observe(action);
      return seen.kind !== 'never' && seen.access === 'read';
    },
  };
}
