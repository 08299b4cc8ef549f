import { PortcullisError } from "@portcullis/edge";
import { Access } from "@portcullis/edge/access";

// A tab of the test of tabs: `?id` is who it is for.
const { trust, now } = await (await fetch("/options.json")).json();
const id = new URL(location.href).searchParams.get("id") ?? "sam";
const subject = { id, roles: ["supervisor"], teams: ["emea"] };
const access = new Access({ url: "/access.pclb", trust, subject, now: () => now, wholeBundle: true });
let heard = 0;
const shown = () => {
  document.title = `${access.status} ${access.view?.can("reports:read") ?? "nothing"}`;
  document.body.dataset.heard = String(heard++);
};
access.subscribe(shown);
shown();
Object.assign(window, { access, PortcullisError });
