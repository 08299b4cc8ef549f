const { readFileSync } = require("node:fs");

const { Portcullis, PortcullisError } = require("@portcullis/edge");
const { Access } = require("@portcullis/edge/access");
const react = require("@portcullis/edge/react");
const { Gate } = require("@portcullis/edge/worker");

const trust = JSON.parse(readFileSync(`${__dirname}/../../public/trust.json`, "utf8"));
const bundle = readFileSync(`${__dirname}/../../public/access.pclb`);
const subject = { id: "jo", roles: ["agent"] };

async function main() {
  const session = (await Portcullis.load(bundle, { trust })).session(subject);
  const access = new Access({ url: "https://app.example/access.pclb", trust, subject, fetch: async () => new Response("no bundle") });
  await access.refresh();
  // One class for every entry.
  if (!(access.error instanceof PortcullisError)) throw access.error;
  if (typeof Gate !== "function" || typeof react.Can !== "function") throw new Error("an entry exports nothing");
  console.log(["tickets:read", "tickets:delete"].map((name) => `${name} ${session.can(name) ? "yes" : "no"}`).join(", "));
}
main();
