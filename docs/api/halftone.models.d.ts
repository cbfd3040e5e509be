export * from "@halftone/models";
