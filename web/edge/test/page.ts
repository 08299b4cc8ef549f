import { start } from "@portcullis/edge";

import { conform } from "./conformance";

// The page of the conformance test: fetches the questions, and shows what was answered.
await start();
const fixtures = await (await fetch("/fixtures.json")).json();
document.title = JSON.stringify(await conform(fixtures));
