export * from '@halftone/node';
