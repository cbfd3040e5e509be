export * from "@halftone/emulate";
