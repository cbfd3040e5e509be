export * from "@halftone/optimizer";
