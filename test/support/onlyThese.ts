/** A port of which a test needs a part: what it does not give may not be asked for. */
export function onlyThese<T extends object>(given: Partial<T>): T {
  return new Proxy(given, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`this test gives no ${String(name)}`);
    },
  }) as T;
}
