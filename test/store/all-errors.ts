import type { ErrorQuery, ErrorRow } from '../../src/store/error-list.ts';
import type { Store } from '../../src/store/store.ts';

/** All lines of a span, on however many pages. */
export function allErrors(store: Store, query: ErrorQuery): readonly ErrorRow[] {
  const found = store.errors.find(query);
  return found.page(0, found.lines);
}
