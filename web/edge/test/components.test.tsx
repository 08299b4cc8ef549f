import { Access } from "@portcullis/edge/access";
import { Can, type CanProps, Portcullis, PortcullisPage, useAccess, useCan, useDecision, useFilter, useModuleTree, useView } from "@portcullis/edge/react";
import { type MockAccess, mockAccess, mockView, type Mocked } from "@portcullis/edge/testing";
import * as vue from "@portcullis/edge/vue";
import type { ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { createSSRApp, h, shallowRef } from "vue";
import { renderToString as renderVue } from "vue/server-renderer";

// The components of both frameworks, by the access that tests make up.
const jo: Mocked = { can: { "tickets:read": true, "tickets:close": ({ owner }) => owner === "jo" }, locked: ["quality:read"] };
const plain = (html: string) => html.replace(/<!--.*?-->/g, "");

const inReact = (access: MockAccess, children: ReactNode) => plain(renderToString(<Portcullis access={access}>{children}</Portcullis>));
async function inVue(access: MockAccess, render: () => unknown, setup?: () => unknown): Promise<string> {
  const app = createSSRApp({ setup: () => (setup?.(), render) });
  // Of a property of another type it warns, which is what some of these give.
  app.config.warnHandler = () => undefined;
  return plain(await renderVue(app.use(vue.portcullis, { access })));
}

const CASES: [string, CanProps, Mocked, string][] = [
  ["a permission held", { I: "tickets:read" }, jo, "shown"],
  ["one that is not", { I: "tickets:delete" }, jo, "denied"],
  ["a resource of mine", { I: "tickets:close", on: { owner: "jo" } }, jo, "shown"],
  ["a resource of another's", { I: "tickets:close", on: { owner: "ann" } }, jo, "denied"],
  ["each of several", { all: ["tickets:read", "tickets:close"] }, jo, "shown"],
  ["each of several, one lacking", { all: ["tickets:read", "tickets:delete"] }, jo, "denied"],
  ["one of several", { any: ["tickets:delete", "tickets:read"] }, jo, "shown"],
  ["one of several, each lacking", { any: ["tickets:delete", "x:y"] }, jo, "denied"],
  ["one of none", { any: [] }, jo, "denied"],
  ["nothing asked for", {}, jo, "denied"],
  ["each and one", { I: "tickets:read", any: ["tickets:delete", "tickets:close"] }, jo, "shown"],
  ["not, of what is held", { I: "tickets:read", not: true }, jo, "denied"],
  ["not, of what is not", { I: "tickets:delete", not: true }, jo, "shown"],
  ["not, while it is pending", { I: "tickets:delete", not: true }, { status: "pending" }, "pending"],
  ["pending", { I: "tickets:read" }, { status: "pending" }, "pending"],
  ["expired", { I: "tickets:read" }, { ...jo, status: "expired" }, "denied"],
  ["unauthenticated", { I: "tickets:read" }, { ...jo, status: "unauthenticated" }, "denied"],
  ["a feature that is lacking", { I: "quality:read" }, jo, "locked"],
  ["a feature that is lacking, and a permission", { all: ["quality:read", "tickets:delete"] }, jo, "denied"],
  ["one of two, where a feature would open one", { any: ["quality:read", "tickets:delete"] }, jo, "locked"],
  // What is given by mistake is no question that was meant to be wider.
  ...[undefined, null, false, 0, "", "jo"].map((on) => [`a resource that is ${JSON.stringify(on)}`, { I: "tickets:read", on }, jo, "denied"] as never),
  ...[null, false, "", "tickets:read", {}].flatMap((list) => [
    [`each of ${JSON.stringify(list)}`, { I: "tickets:read", all: list }, jo, "denied"] as never,
    [`one of ${JSON.stringify(list)}`, { I: "tickets:read", any: list }, jo, "denied"] as never,
  ]),
  ["each of a list with a hole", { all: new Array(1) }, jo, "denied"],
  ["each of a list with nothing in it", { I: "tickets:read", all: [undefined] as never }, jo, "denied"],
  ["lists that are left out", { I: "tickets:read", all: undefined, any: undefined }, jo, "shown"],
];

test.each(CASES)("<Can>: %s", async (_, props, mocked, expected) => {
  const access = mockAccess(mocked);
  expect(inReact(access, <Can {...props} pending="pending" denied="denied" locked="locked">shown</Can>)).toBe(expected);
  const slots = Object.fromEntries(["pending", "denied", "locked"].map((name) => [name, () => name]));
  expect(await inVue(access, () => h(vue.Can, props as never, { ...slots, default: () => "shown" }))).toBe(expected);
});

test("a function says itself what to show, in every case", async () => {
  const states = async (mocked: Mocked, I: string) => {
    const access = mockAccess(mocked);
    const react = inReact(access, <Can I={I}>{({ allowed, state }) => `${allowed} ${state}`}</Can>);
    return react;
  };
  expect(await states(jo, "tickets:read")).toBe("true allowed");
  expect(await states(jo, "quality:read")).toBe("false locked");
  expect(await states(jo, "tickets:delete")).toBe("false denied");
  expect(await states({ status: "pending" }, "tickets:read")).toBe("false pending");
});

test("without a slot of its own what is locked is denied", async () => {
  const access = mockAccess(jo);
  expect(inReact(access, <Can I="quality:read" denied="denied">shown</Can>)).toBe("denied");
  expect(await inVue(access, () => h(vue.Can, { I: "quality:read" }, { default: () => "shown", denied: () => "denied" }))).toBe("denied");
});

test("hooks answer as the view does", async () => {
  const modules = [
    { module: "tickets", label: "Tickets", grants: [] },
    { module: "tickets.closed", label: "Closed", grants: [] },
    // Its parent is not visible.
    { module: "admin.users", label: "Users", grants: [] },
  ];
  const access = mockAccess({ ...jo, modules });
  const tree = [
    { ...modules[0], children: [{ ...modules[1], children: [] }] },
    { ...modules[2], children: [] },
  ];
  let asked = 0;
  function Asks() {
    asked++;
    const { status, error, refresh } = useAccess();
    expect([status, error, refresh]).toEqual(["ready", undefined, access.refresh]);
    expect([useCan("tickets:read"), useCan("tickets:delete"), useCan("tickets:close", { owner: "ann" })]).toEqual([true, false, false]);
    expect(useView()).toBe(access.state.view);
    expect(useModuleTree()).toEqual(tree);
    const filter = useFilter("tickets:close");
    expect([filter?.kind, filter?.test({ owner: "jo" }), filter?.test({ owner: "ann" })]).toEqual(["some", true, false]);
    // Only an engine knows why.
    expect(useDecision("tickets:read")).toBeUndefined();
    return null;
  }
  inReact(access, <Asks />);
  await inVue(access, () => null, () => {
    asked++;
    const { status, error, refresh } = vue.useAccess();
    expect([status.value, error.value, refresh]).toEqual(["ready", undefined, access.refresh]);
    expect([vue.useCan("tickets:read").value, vue.useCan(() => "tickets:close", { owner: "ann" }).value]).toEqual([true, false]);
    expect(vue.useView().value).toBe(access.state.view);
    expect([vue.useModules().value, vue.useModuleTree().value]).toEqual([modules, tree]);
    expect(vue.useFilter("tickets:close").value?.test({ owner: "jo" })).toBe(true);
    expect(vue.useDecision("tickets:read").value).toBeUndefined();
  });
  expect(asked).toBe(2);
});

test("hooks that are given a row which is not there deny", async () => {
  const access = mockAccess(jo);
  let asked = 0;
  function Asks() {
    asked++;
    expect([useCan("tickets:close"), useCan("tickets:close", undefined), useCan("tickets:close", null as never)]).toEqual([true, false, false]);
    expect(useCan("tickets:read", undefined)).toBe(false);
    return null;
  }
  inReact(access, <Asks />);
  await inVue(access, () => null, () => {
    asked++;
    const row = shallowRef<{ owner: string } | undefined>();
    const may = vue.useCan("tickets:close", row);
    expect([may.value, vue.useCan("tickets:close").value, vue.useCan("tickets:read", undefined).value]).toEqual([false, true, false]);
    row.value = { owner: "jo" };
    expect(may.value).toBe(true);
  });
  expect(asked).toBe(2);
});

test("what every object inherits is no property of a component", () => {
  const access = mockAccess(jo);
  for (const [name, value] of [["any", ["tickets:read"]], ["I", "tickets:read"], ["on", { owner: "jo" }]] as const) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
    try {
      expect(inReact(access, <Can all={["tickets:delete"]} denied="denied">shown</Can>)).toBe("denied");
      expect(inReact(access, <Can denied="denied">shown</Can>)).toBe("denied");
      expect(inReact(access, <Can all={["tickets:close"]}>shown</Can>)).toBe("shown");
    } finally {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
  }
});

test("an access that a test makes up has all that an access has", async () => {
  const real = new Access({ url: "/access.pclb", trust: { threshold: 1, keys: [], audience: "default" }, subject: { id: "jo" } });
  const access = mockAccess({ ...jo, subject: { id: "jo" } });
  const members = (object: object) => [...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))];
  for (const name of members(real).filter((one) => one !== "constructor")) expect(name in access, name).toBe(true);
  const heard: unknown[] = [];
  access.subscribe(() => heard.push([access.status, access.subject?.id, access.view?.can("tickets:read")]));
  access.signOut();
  await access.identify({ id: "ann" });
  await access.identify(() => null);
  expect(heard).toEqual([["unauthenticated", undefined, undefined], ["ready", "ann", true], ["unauthenticated", undefined, undefined]]);
  expect(access.calls).toEqual({ refresh: 0, navigate: 0, identify: 2, signOut: 1 });
  expect([access.initial, access.error, access.policy, access.refreshSeconds]).toEqual([access.state, undefined, undefined, undefined]);
});

test("a test says why, as an engine would", () => {
  const decisions = { "tickets:read": { effect: "allow", reason: "granted", role: "agent", scope: "all" } } as const;
  const access = mockAccess({ ...jo, decisions });
  function Asks() {
    expect([useDecision("tickets:read"), useDecision("tickets:delete"), useDecision("tickets:read", undefined)]).toEqual([
      decisions["tickets:read"],
      { effect: "deny", reason: "not-granted" },
      undefined,
    ]);
    return "asked";
  }
  expect(inReact(access, <Asks />)).toBe("asked");
});

test("what a test changes, listeners hear of", () => {
  const access = mockAccess(jo);
  const heard: string[] = [];
  const end = access.subscribe(() => heard.push(access.state.status));
  const before = access.state;
  expect(access.state).toBe(before);
  access.set({ status: "offline" });
  expect([heard, access.state.view]).toEqual([["offline"], undefined]);
  end();
  access.set(jo);
  expect(heard).toHaveLength(1);
  expect(access.state.view?.modules().map(({ module }) => module)).toEqual(["tickets"]);
  expect(mockView({ can: ["a:b"] }).filter("a:b").kind).toBe("all");
});

test("a component without a provider says what is missing", async () => {
  expect(() => renderToString(<Can I="tickets:read" />)).toThrow("no-provider: there is no <Portcullis> above this component");
  const app = createSSRApp({ setup: () => (vue.useView(), () => null) });
  app.config.warnHandler = () => undefined;
  await expect(renderVue(app)).rejects.toThrow("no-provider");
});

test("a page with an access of its own renders by the snapshot", () => {
  const snapshot = {
    version: 1,
    valid_until: 99_999_999_999,
    modules: [],
    permissions: { "tickets:close": { any: [{ all: [{ attribute: "owner", in: ["jo"] }] }] } },
  } as const;
  const page = (children: ReactNode) => (
    <PortcullisPage url="/access.pclb" trust={{ threshold: 1, keys: [], audience: "default" }} subject={{ id: "jo" }} snapshot={snapshot}>
      {children}
    </PortcullisPage>
  );
  function Filtered() {
    const filter = useFilter("tickets:close");
    return `${filter?.kind} ${filter?.test({ owner: "jo" })} ${filter?.test({ owner: "ann" })}`;
  }
  expect(renderToString(page(<Filtered />))).toBe("some true false");
  expect(renderToString(page(<Can I="tickets:close" on={{ owner: "jo" }}>shown</Can>))).toBe("shown");
});
