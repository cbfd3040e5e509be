export * from "@halftone/loss-scale";
