import { PortcullisError } from "./errors";
import { inflated } from "./inflated";
import { watchedPolicy } from "./violations";

/** Where a module is: an address, or the response that has it. */
export type ModuleSource = string | URL | Response | PromiseLike<Response>;

/**
 * Returns a module, compiled: the one that the script carries, or one from elsewhere. A failure is said on the console
 * too, once each: whoever only sees that nothing is shown looks there.
 *
 * @throws PortcullisError `blocked`, `not-found`, `not-wasm`, `offline` or `unsupported`.
 */
export async function compiled(carried: string, source?: ModuleSource): Promise<WebAssembly.Module> {
  try {
    if (typeof WebAssembly === "undefined") {
      throw new PortcullisError("unsupported", "there is no WebAssembly here: it is switched off, or the browser is old");
    }
    return await compile(source === undefined ? await inflated(carried) : await fetched(source));
  } catch (cause) {
    const error = cause instanceof PortcullisError ? cause : new PortcullisError("unsupported", String(cause), { cause });
    if (!said.has(error.message)) console.error(`@portcullis: ${error.message}`);
    said.add(error.message);
    throw error;
  }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (BLOCKED.test(String(cause))) throw new PortcullisError("blocked", NO_COMPILING, { cause });
    throw new PortcullisError("not-wasm", String((cause as Error).message), { cause });
  }
}

async function fetched(source: ModuleSource): Promise<Uint8Array<ArrayBuffer>> {
  const asked = typeof source === "string" || source instanceof URL ? String(source) : "";
  const violation = watchedPolicy();
  let where = asked;
  try {
    const response = await (asked ? fetch(asked) : (source as Response | PromiseLike<Response>));
    where ||= response.url;
    if (!response.ok) throw new PortcullisError("not-found", `${where} answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (MAGIC.every((byte, at) => bytes[at] === byte)) return bytes;
    const start = new TextDecoder().decode(bytes.subarray(0, 24));
    throw new PortcullisError("not-wasm", `${where} answered something else: ${JSON.stringify(start)}`);
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause;
    const directive = await violation();
    if (directive) throw new PortcullisError("blocked", `the page's \`${directive}\` forbids ${where}`, { cause });
    throw new PortcullisError("offline", `${where} could not be fetched`, { cause });
  }
}

const said = new Set<string>();
/** `\0asm`. */
const MAGIC = [0, 0x61, 0x73, 0x6d];
/** How browsers and Workers say that no module may be compiled. */
const BLOCKED = /content security|unsafe-eval|\bcsp\b|disallowed by embedder/i;
const NO_COMPILING =
  "WebAssembly may not be compiled here: a page's content security policy needs `'wasm-unsafe-eval'` in `script-src`; a Worker imports the .wasm file and calls `startSync(module)`";
