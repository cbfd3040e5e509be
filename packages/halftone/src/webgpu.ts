export * from '@halftone/webgpu';
