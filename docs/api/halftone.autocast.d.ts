export * from "@halftone/autocast";
