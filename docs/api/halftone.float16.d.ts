export * from "@halftone/float16";
