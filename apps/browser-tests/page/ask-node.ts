/**
 * Has the server do what Node's modules do at once: a synchronous request, so that tests need not be written anew.
 *
 * @param what - `file` reads the file whose path is the body, `gunzip` unpacks the body
 */
export function askNode(what: 'file' | 'gunzip', body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const request = new XMLHttpRequest();
  request.open('POST', `/__node__/${what}`, false);
  request.overrideMimeType('text/plain; charset=x-user-defined'); // the one way to bytes in a synchronous request of a page
  request.send(body);
  if (request.status !== 200) throw new Error(`[browser-tests] ${what} must be answered, got ${request.status}: ${request.responseText}`);
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 255);
}
