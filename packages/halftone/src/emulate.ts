export * from '@halftone/emulate';
