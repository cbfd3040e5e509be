export * from '@halftone/optimizer';
