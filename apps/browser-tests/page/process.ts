// What tests and their tools ask of Node's `process`, in a page: the environment alone. Without a GPU, a test fails instead of being skipped.
const scope: { process?: { readonly env: Readonly<Record<string, string>> } } = globalThis as object;
scope.process ??= { env: { HALFTONE_REQUIRE: 'vulkan' } };
