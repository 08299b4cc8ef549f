import { type Browser, chromium } from "playwright-core";

import { CHROMIUM } from "./fixtures";

/** Starts Chromium, apart from whatever else it is used for here. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM as string,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
