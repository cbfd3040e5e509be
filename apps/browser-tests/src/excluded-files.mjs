/** Test files that stay in Node, each with the reason. @type {Readonly<Record<string, string>>} */
export const excludedFiles = {
  'apps/consumers/test/gpu/readme-diff.test.ts': "it compiles the README's code by node:vm, which a page has not",
};
