import { start } from "@portcullis/edge";

import { measure } from "./measure.js";

await start();
document.title = JSON.stringify(await measure(await (await fetch("/bench.json")).json(), "chromium"));
