import { PortcullisError } from "./errors";

/** Returns what was deflated and written in base64, as `tsup.config.ts` puts modules into scripts. */
export async function inflated(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof DecompressionStream === "undefined") {
    throw new PortcullisError("unsupported", "there is no DecompressionStream here: the browser is old");
  }
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  // Not by a blob: jsdom puts one without streams in its place.
  const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
