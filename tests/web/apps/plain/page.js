import { Access } from "/@portcullis/edge/dist/access.js";
import { isStarted, Portcullis } from "/@portcullis/edge/dist/index.js";

const trust = await fetch("/trust.json");
const access = new Access({ url: "/access.pclb", trust: await trust.json(), subject: { id: "jo", roles: ["agent"] } });
await access.refresh();
// The engine that the other entry made ready.
if (!isStarted() || typeof Portcullis.load !== "function") throw new Error("the entries do not share the engine");
const may = (permission) => `${permission} ${access.view?.can(permission) ? "yes" : "no"}`;
document.body.append(`${may("tickets:read")}, ${may("tickets:delete")}`);
