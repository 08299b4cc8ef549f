import { inflateRawSync } from "node:zlib";

/** As `inflated.ts`, where Node is known to be: no stream is needed, nor any global of a browser. */
export function inflated(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(inflateRawSync(Buffer.from(base64, "base64")));
}
