/**
 * @param {import('node:http').Server} server - listening on localhost
 * @returns {string} without a slash at its end
 */
export function addressOf(server) {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('[docs] the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}
