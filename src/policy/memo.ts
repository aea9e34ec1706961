/**
 * Answers by text. Past `limit`, in what `weigh` counts, all are forgotten: whoever asks, memory stays bounded. Only for
 * what hangs on nothing but the text.
 */
export type Memo<T> = (key: string, make: () => T) => T;

export function createMemo<T>(limit: number, weigh: (value: T, key: string) => number): Memo<T> {
  const known = new Map<string, T>();
  let weight = 0;
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = make();
    const own = weigh(value, key) + 1;
    weight += own;
    if (weight > limit) {
      known.clear();
      weight = own;
    }
    known.set(key, value);
    return value;
  };
}
