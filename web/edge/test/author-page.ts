import { compile, isStarted, PortcullisError, start } from "@portcullis/edge/author";

import { work } from "./author-work";

// The page of the author's test: says what it was told, or why it was told nothing.
const before = (() => {
  try {
    compile("{}");
  } catch (error) {
    return error instanceof PortcullisError ? error.code : String(error);
  }
  return isStarted() ? "it had started" : "it compiled";
})();
const lost = await start("/lost.wasm").catch((error) => (error instanceof PortcullisError ? error.code : String(error)));
await Promise.all([start(), start()]);
const examples = await (await fetch("/examples.json")).json();
await fetch("/told", { method: "POST", body: JSON.stringify({ before, lost, told: work(examples) }) });
document.title = "done";
