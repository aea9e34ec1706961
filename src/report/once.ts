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
