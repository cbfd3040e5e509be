export * from '@halftone/policy';
