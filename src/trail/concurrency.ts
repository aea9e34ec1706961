/** Bounded concurrency between async iterables: whoever produces waits for whoever consumes. */

/** A queue of at most `capacity` items; `push` waits while it is full. One consumer. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #closed = false;
  #error: unknown;
  #readable: (() => void) | undefined;
  #writable: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds an item; false where the consumer has gone, so the producer can stop. */
  async push(item: T): Promise<boolean> {
    while (!this.#closed && this.#items.length >= this.#capacity)
      await new Promise<void>((resolve) => {
        this.#writable.push(resolve);
      });
    if (this.#closed) return false;
    this.#items.push(item);
    this.#wakeReader();
    return true;
  }

  /** Ends the queue; with an error the consumer gets it after the items already there. */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#wakeReader();
    this.#wakeWriters();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      while (true) {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.#wakeWriters();
          yield item;
        } else if (this.#closed) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else
          await new Promise<void>((resolve) => {
            this.#readable = resolve;
          });
      }
    } finally {
      this.close();
    }
  }

  #wakeReader(): void {
    this.#readable?.();
    this.#readable = undefined;
  }

  #wakeWriters(): void {
    const waiting = this.#writable;
    this.#writable = [];
    for (const wake of waiting) wake();
  }
}

export interface PoolOptions<T> {
  /** Items begun and not yet consumed, at most. */
  readonly limit: number;
  /** Sum of weights of those, at most; one item always passes. */
  readonly budget: number;
  readonly weight: (item: T) => number;
}

/**
 * Runs `work` on the items, `limit` at a time, and yields results as they end. Starts nothing new while the consumer holds
 * back. The first error ends it; what is running then is left to end by itself, unobserved.
 */
export async function* pooled<T, R>(
  items: AsyncIterable<T>,
  options: PoolOptions<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const source = items[Symbol.asyncIterator]();
  const results: { readonly value: R; readonly weight: number }[] = [];
  let begun = 0;
  let weight = 0;
  let failed: { readonly error: unknown } | undefined;
  let exhausted = false;
  let pulling = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  const fail = (error: unknown): void => {
    failed ??= { error };
    notify();
  };
  const start = (item: T): void => {
    const own = options.weight(item);
    begun += 1;
    weight += own;
    work(item).then((value) => {
      results.push({ value, weight: own });
      notify();
    }, fail);
  };
  const pull = (): void => {
    pulling = true;
    source.next().then((next) => {
      pulling = false;
      if (next.done) exhausted = true;
      else start(next.value);
      notify();
    }, fail);
  };
  try {
    while (true) {
      if (failed) throw failed.error;
      if (!exhausted && !pulling && begun < options.limit && (weight < options.budget || begun === 0)) pull();
      const result = results.shift();
      if (result) {
        yield result.value;
        begun -= 1;
        weight -= result.weight;
      } else if (exhausted && begun === 0) return;
      else if (failed === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    // Not awaited: a source that waits for its producer would hold the consumer up.
    source.return?.().catch(() => undefined);
  }
}
