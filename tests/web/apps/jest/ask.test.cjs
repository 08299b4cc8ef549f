const { readFileSync } = require("node:fs");

const { Portcullis } = require("@portcullis/edge");
const { Access } = require("@portcullis/edge/access");
const edge = require("@portcullis/edge/react");
const { createElement } = require("react");

const trust = JSON.parse(readFileSync(`${__dirname}/../../public/trust.json`, "utf8"));
const bundle = readFileSync(`${__dirname}/../../public/access.pclb`);
const subject = { id: "jo", roles: ["agent"] };

test("the engine answers", async () => {
  const session = (await Portcullis.load(bundle, { trust })).session(subject);
  expect([session.can("tickets:read"), session.can("tickets:delete")]).toEqual([true, false]);
});

test("a component renders by it, in a page where there is one", async () => {
  const body = new Uint8Array(bundle);
  const chunks = [body];
  // A test's own stand-in for a response.
  const reader = { read: async () => ({ done: chunks.length === 0, value: chunks.pop() }), cancel: async () => undefined };
  const response = { ok: true, status: 200, headers: { get: () => null }, body: { getReader: () => reader } };
  const access = new Access({ url: "/access.pclb", trust, subject, fetch: async () => response });
  await access.refresh();
  expect([access.status, access.error]).toEqual(["ready", undefined]);
  const app = createElement(edge.Portcullis, { view: access.view }, createElement(edge.Can, { I: "tickets:read" }, "shown"));
  expect(rendered(app)).toBe("shown");
});

function rendered(app) {
  if (typeof document === "undefined") return require("react-dom/server").renderToString(app);
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  const { act } = require("react");
  const root = document.createElement("div");
  act(() => require("react-dom/client").createRoot(root).render(app));
  return root.textContent;
}
