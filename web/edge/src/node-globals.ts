// What `require` loads runs in Node alone, and there also where a test environment hides these.
export { webcrypto as crypto } from "node:crypto";
export { TextDecoder, TextEncoder } from "node:util";
