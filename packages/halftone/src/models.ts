export * from '@halftone/models';
