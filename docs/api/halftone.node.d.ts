export * from "@halftone/node";
