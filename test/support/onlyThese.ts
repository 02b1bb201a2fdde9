/** A port of which a test needs a part: what it does not give may not be asked for. */
export function onlyThese<T extends object>(given: Partial<T>): T {
  const part: T = Object.assign(Object.create(null), given);
  return new Proxy(part, {
    get(target, name) {
      // `then` is asked of everything that is awaited, symbols of everything that is compared.
      if (name in target || name === 'then' || typeof name === 'symbol') return Reflect.get(target, name);
      throw new Error(`this test gives no ${name}`);
    },
  });
}
