import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: [{ path: "<rootDir>/src/texts/{locale}", include: ["src"] }],
  // Where a text stands moves with each edit, and says nothing to who translates it.
  format: "po",
  formatOptions: { origins: false, lineNumbers: false },
});
