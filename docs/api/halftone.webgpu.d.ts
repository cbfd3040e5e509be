export * from "@halftone/webgpu";
