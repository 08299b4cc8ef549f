import { ask } from "./ask.js";

// As a page and a Web Worker do it.
export async function asked() {
  const answers = await Promise.all([fetch("/trust.json"), fetch("/access.pclb")]);
  return ask(await answers[0].json(), await answers[1].arrayBuffer());
}
