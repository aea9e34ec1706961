/**
 * What is made of a value is made once. Hundreds of principals have the same policies, and most of their findings are
 * one and the same value: what a report writes of it goes when the value goes.
 */
export function once<Value extends object, Made>(make: (value: Value) => Made): (value: Value) => Made {
  const known = new WeakMap<Value, { readonly made: Made }>();
  return (value) => {
    const found = known.get(value);
    if (found) return found.made;
    const made = make(value);
    known.set(value, { made });
    return made;
  };
}

/**
 * The text in one piece. One put together of hundreds stays a tree of them inside the engine, which each page that it
 * goes into would walk again and the collector, too; to read it as a number makes it one piece.
 */
export function flat(text: string): string {
  Number(text);
  return text;
}
