import AUTHOR from "deflated:author";

import { startSync } from "./author/guest";
import { inflated } from "./inflated-node";

// `compile` answers at once, so in Node the compiler is ready once this is imported.
startSync(inflated(AUTHOR));

export * from "./author";
