import { createRequire } from "node:module";

import * as imported from "@portcullis/author";

const required = createRequire(import.meta.url)("@portcullis/author");
for (const { compile, PortcullisError } of [imported, required]) {
  try {
    compile("{}");
  } catch (error) {
    console.log(error instanceof PortcullisError, error.code);
  }
}
