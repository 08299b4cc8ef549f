import { start } from "@portcullis/edge";
import { beforeAll, expect, test } from "vitest";

import { access, browser, live, pass, permission, server, settled, status, subject, turnsTheClock } from "./pages";

// Who is signed in, in several tabs of one browser.
beforeAll(() => start());
turnsTheClock();

test.each([401, 403])("a %i is asked for once by each tab, and no tab makes another ask again", async (code) => {
  browser();
  const tabs = [1, 2, 3].map(() => access({ subject: () => subject, storage: false }));
  for (const tab of tabs) live(tab);
  await tabs[0]?.refresh();
  await settled();
  expect(tabs.map((tab) => tab.view?.can(permission))).toEqual([true, true, true]);
  server.reply = status(code);
  server.asks = [];
  void tabs[0]?.refresh();
  for (let second = 0; second < 15; second++) await pass(1);
  expect(tabs.map((tab) => tab.view)).toEqual([undefined, undefined, undefined]);
  expect(server.asks.length).toBeLessThanOrEqual(tabs.length);
});

test("after a logout each other tab asks once who is there", async () => {
  browser();
  const tabs = [1, 2, 3].map(() => access({ subject: () => subject, storage: false }));
  for (const tab of tabs) live(tab);
  await tabs[0]?.refresh();
  await settled();
  server.reply = status(401);
  server.asks = [];
  tabs[0]?.signOut();
  for (let second = 0; second < 15; second++) await pass(1);
  expect(tabs.map((tab) => tab.status)).toEqual(["unauthenticated", "unauthenticated", "unauthenticated"]);
  expect(server.asks.length).toBeLessThanOrEqual(tabs.length - 1);
});
