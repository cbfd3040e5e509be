export * from "@halftone/policy";
