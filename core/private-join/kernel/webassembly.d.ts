/** The part of Node's global WebAssembly that the loader uses; the types of Node leave it to the browser's library. */
declare namespace WebAssembly {
  const Module: new (bytes: Uint8Array) => object;
  const Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  function validate(bytes: Uint8Array): boolean;
}
