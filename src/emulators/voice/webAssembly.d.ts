/** The part of the engine's WebAssembly that the compiler does not know without the browser's library. */
declare namespace WebAssembly {
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }
  type ModuleImports = Readonly<Record<string, (...args: never[]) => number>>;
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, ModuleImports>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  // oxlint-disable-next-line no-var
  var Module: new (bytes: Uint8Array) => Module;
}
