// The bodies of requests and answers. Node only.

/** The whole body, or undefined where it is longer than `limit`. */
export async function readBody(request, limit) {
  const parts = [];
  let length = 0;
  // The connection stays open in any case: it carries the answer.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > limit) return;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Sends an answer of our own: not kept by anybody, and never taken for another type than it has. */
export function send(response, status, headers, body) {
  const own = { "cache-control": "no-store", "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin" };
  // What was not read of the request would be taken for the next one.
  if (!response.req.complete) response.setHeader("connection", "close");
  if (body) headers["content-length"] = body.length;
  response.writeHead(status, { ...own, ...headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
