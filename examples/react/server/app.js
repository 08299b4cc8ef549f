// The example's HTTP server: pages, the bundle of whoever is signed in, and a small API behind it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

import { CSP, page } from "./html.js";
import { Interactions } from "./interactions.js";
import { OFFERS, offered } from "./offers.js";
import { PEOPLE, subjectOf } from "./people.js";
import { PolicyFolder } from "./policy.js";

/** Starts the app; `folder` holds its policy and keys, made once more. */
export async function serveApp({
  folder,
  program,
  people = PEOPLE,
  offers = OFFERS,
  policy = new URL("../../cx-platform/policy.json", import.meta.url),
  port = 0,
}) {
  const policies = new PolicyFolder({ folder, program, policy });
  const interactions = new Interactions();
  await bundleScripts(folder);
  const { rendered } = await import(`${pathToFileURL(fileURLToPath(new URL("app/render.js", folder)))}?${Date.now()}`);

  /** What the server knows of one request: who asks, and what the whole policy says of them. */
  const opened = async (request) => {
    const person = people.find(({ id }) => id === personOf(request)) ?? people[0];
    return { person, session: await policies.session(subjectOf(person)) };
  };
  const dataFor = ({ person, session }) => ({
    interactions: interactions.listedFor(session),
    offers: offered(session, offers),
    person,
  });

  const html = async (request, path) => {
    const asked = await opened(request);
    const subject = subjectOf(asked.person);
    const view = await policies.slicedSession(subject);
    const start = {
      data: dataFor(asked),
      path,
      people: people.map((one) => ({ ...one, role: policies.roleLabel(one) })),
      snapshot: view.snapshot(),
      subject,
      tenant: policies.tenant(),
      trust: policies.trust,
    };
    const { body, title } = rendered(view, start);
    const document = page({ body, title: title ?? "Not found", start });
    return reply(title === undefined ? 404 : 200, "text/html; charset=utf-8", document, { "cache-control": "no-store" });
  };

  const routes = [
    ["GET", /^\/$/, (request) => html(request, "/")],
    ["GET", /^\/m\/[\w.-]+$/, (request, { pathname }) => html(request, pathname)],
    ["GET", /^\/access\.pclb$/, async (request) => {
      const { person } = await opened(request);
      const { bytes, etag } = await policies.slice(subjectOf(person));
      const headers = { etag, "cache-control": "private, no-cache", vary: "cookie" };
      if (request.headers["if-none-match"] === etag) return { status: 304, headers };
      return reply(200, "application/octet-stream", bytes, headers);
    }],
    ["GET", /^\/data\.json$/, async (request) => json(dataFor(await opened(request)), { "cache-control": "no-store" })],
    ["POST", /^\/interactions$/, async (request) => interactions.created(await opened(request))],
    ["POST", /^\/interactions\/([\w-]+)\/close$/, async (request, _url, id) => interactions.closed(await opened(request), id)],
    ["DELETE", /^\/interactions\/([\w-]+)$/, async (request, _url, id) => interactions.removed(await opened(request), id)],
    // Signing in as somebody needs no more than a click here: no product would have this.
    ["POST", /^\/person\/([\w-]+)$/, (_request, _url, id) => {
      if (!people.some((one) => one.id === id)) return { status: 404 };
      return { status: 303, headers: { location: "/", "set-cookie": `person=${id}; Path=/; HttpOnly; SameSite=Strict` } };
    }],
    // What a vendor's own console would do: no product would have this either.
    ["GET", /^\/vendor\/features\.json$/, () => json(policies.features())],
    ["PUT", /^\/vendor\/features\/([\w-]+)$/, (_request, _url, name) => switched(name, true)],
    ["DELETE", /^\/vendor\/features\/([\w-]+)$/, (_request, _url, name) => switched(name, false)],
    ["GET", /^\/page\.js$/, () => reply(200, "text/javascript", readFileSync(new URL("app/page.js", folder)))],
    ["GET", /^\/style\.css$/, () => reply(200, "text/css", readFileSync(STYLE))],
    ["GET", /^\/icon\.svg$/, () => reply(200, "image/svg+xml", readFileSync(ICON))],
  ];
  const switched = (name, on) => {
    if (!policies.features().some((feature) => feature.name === name)) return { status: 404 };
    policies.setFeature(name, on);
    return { status: 204 };
  };

  const answered = async (request) => {
    const url = new URL(request.url, "http://localhost");
    // Only the app's own pages may change something.
    if (request.method !== "GET" && !["same-origin", undefined].includes(request.headers["sec-fetch-site"])) return { status: 403 };
    for (const [method, pattern, answer] of routes) {
      const match = request.method === method && pattern.exec(url.pathname);
      if (match) return answer(request, url, match[1]);
    }
    return { status: 404 };
  };
  const server = createServer(async (request, response) => {
    try {
      const { status, headers, body } = await answered(request);
      response.writeHead(status, { "content-security-policy": CSP, "x-content-type-options": "nosniff", ...headers }).end(body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    feature: (name, on) => policies.setFeature(name, on),
    close: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
  };
}

// The browser's script carries all it needs; the server's uses the packages that are installed.
async function bundleScripts(folder) {
  const source = (name) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));
  const common = { bundle: true, format: "esm", jsx: "automatic", logLevel: "error", outdir: fileURLToPath(new URL("app/", folder)) };
  const define = { "process.env.NODE_ENV": '"development"' };
  await build({ ...common, define, entryPoints: [source("page.jsx")], conditions: ["browser"] });
  await build({ ...common, entryPoints: [source("render.jsx")], platform: "node", packages: "external" });
}

function personOf(request) {
  return /(?:^|;\s*)person=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
}

function json(value, headers) {
  return reply(200, "application/json", JSON.stringify(value), headers);
}

function reply(status, type, body, headers = {}) {
  return { status, body, headers: { "content-type": type, ...headers } };
}

const STYLE = new URL("../src/style.css", import.meta.url);
const ICON = new URL("../src/icon.svg", import.meta.url);
