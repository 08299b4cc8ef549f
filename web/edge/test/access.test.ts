import { Portcullis } from "@portcullis/edge";
import { Access } from "@portcullis/edge/access";
import { beforeEach, expect, test } from "vitest";

import { decoded } from "./conformance";
import { fixtures } from "./fixtures";

const { bundles, cases, changes, trust, now, expires_at } = fixtures();
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
const subject = asked?.subject as { id: string };
const permission = asked?.permission as string;
const good = decoded(bundles[asked?.bundle as number] as string);

let clock: number;
let reply: () => Response;
let requests: Record<string, string>[];
beforeEach(() => {
  clock = now;
  reply = () => new Response(good, { headers: { etag: '"1"' } });
  requests = [];
});

function access(more: object = {}): Access {
  return new Access({
    url: "https://app.example/access.pclb",
    trust,
    subject,
    now: () => clock,
    fetch: async (_, init) => {
      requests.push(init.headers as Record<string, string>);
      return reply();
    },
    ...more,
  });
}

test("pending is not denied: it is ready once the bundle is there", async () => {
  const own = access();
  let heard = 0;
  own.subscribe(() => heard++);
  expect([own.status, own.view]).toEqual(["pending", undefined]);
  await own.refresh();
  expect([own.status, heard]).toEqual(["ready", 1]);
  expect(own.view?.can(permission)).toBe(true);
});

test("a bundle that has not changed is not sent again", async () => {
  const own = access();
  await own.refresh();
  const before = own.view;
  reply = () => new Response(null, { status: 304 });
  await own.refresh();
  expect(requests).toEqual([{}, { "if-none-match": '"1"' }]);
  expect(own.view).toBe(before);
  expect(own.error).toBeUndefined();
});

test("a body that does not end is not read to its end, nor believed", async () => {
  let sent = 0;
  let ended = false;
  reply = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += 1;
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel() {
          ended = true;
        },
      }),
    );
  const own = access();
  await own.refresh();
  expect([own.status, own.error?.code]).toEqual(["offline", "offline"]);
  expect(String((own.error?.cause as Error).message)).toBe("the body has more than 4194304 bytes");
  expect(ended).toBe(true);
  expect(sent).toBeLessThan(70);
});

test("offline at first: nothing may be shown, and the page renders", async () => {
  reply = () => {
    throw new TypeError("Failed to fetch");
  };
  const own = access();
  await own.refresh();
  expect([own.status, own.view, own.error?.code]).toEqual(["offline", undefined, "offline"]);
  reply = () => new Response(good);
  await own.refresh();
  expect([own.status, own.error]).toEqual(["ready", undefined]);
});

test("what fails later leaves what was there, until that expires", async () => {
  const corrupt = good.slice();
  corrupt[corrupt.length >> 1] = (corrupt[corrupt.length >> 1] as number) ^ 1;
  const newer = good.slice();
  // No format is that number, however many are added.
  newer[4] = 0xff;
  const own = access();
  await own.refresh();
  for (const [body, rejection] of [
    [corrupt, "bad-signature"],
    [newer, "unsupported-format"],
    [new TextEncoder().encode("<!doctype html>"), "bad-magic"],
  ] as const) {
    reply = () => new Response(body);
    await own.refresh();
    expect([own.status, own.error?.code, own.error?.rejection]).toEqual(["ready", "bundle-rejected", rejection]);
    expect(own.view?.can(permission)).toBe(true);
  }
  reply = () => new Response("", { status: 503 });
  await own.refresh();
  expect(own.error?.code).toBe("offline");
  expect(own.view?.can(permission)).toBe(true);
  clock = expires_at;
  expect(own.view?.can(permission)).toBe(false);
  expect(own.view?.modules()).toEqual([]);
});

test("a snapshot answers until the bundle is there", async () => {
  const session = (await Portcullis.load(good, { trust, now })).session(subject);
  const own = access({ snapshot: JSON.parse(JSON.stringify(session.snapshot())) });
  expect(own.status).toBe("ready");
  expect(own.view?.modules()).toEqual(session.modules());
  const snapshot = own.view;
  await own.refresh();
  expect(own.view).not.toBe(snapshot);
  expect(own.view?.modules()).toEqual(session.modules());
});

test("two refreshes at a time are one", async () => {
  const own = access();
  await Promise.all([own.refresh(), own.refresh()]);
  expect(requests).toHaveLength(1);
});

// Both ways of a tenant: one applies a newer bundle at once, the other when its user navigates.
for (const [way, atOnce] of [
  ["instant", true],
  ["next-session", false],
] as const) {
  test(`a newer bundle of a tenant with changes ${way} is applied ${atOnce ? "at once" : "at a navigation"}`, async () => {
    const [before, after] = changes[way].map(decoded);
    const own = access({ subject: { id: "sam", roles: ["supervisor"], teams: ["emea"] }, wholeBundle: true });
    const reports = () => [own.view?.can("reports:read"), own.view?.modules().some(({ module }) => module === "reports")];
    let heard = 0;
    own.subscribe(() => heard++);
    // The first is no change: it is applied whatever the tenant says.
    reply = () => new Response(before);
    await own.refresh();
    expect(reports()).toEqual([false, false]);
    reply = () => new Response(after);
    await own.refresh();
    expect(reports()).toEqual([atOnce, atOnce]);
    heard = 0;
    own.navigate();
    expect(reports()).toEqual([true, true]);
    expect(heard).toBe(atOnce ? 0 : 1);
    // What came before is older now, and refused as that.
    reply = () => new Response(before);
    await own.refresh();
    own.navigate();
    expect([own.error?.rejection, ...reports()]).toEqual(["rolled-back", true, true]);
  });
}
