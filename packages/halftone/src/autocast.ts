export * from '@halftone/autocast';
