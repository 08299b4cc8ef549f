import { Access } from "@portcullis/edge/access";
import { mountPanel } from "@portcullis/edge/devtools";

const { trust, now, subject } = await (await fetch("/options.json")).json();
const access = new Access({ url: "/access.pclb", trust, subject, now: () => now, storage: false });
const end = mountPanel(access as never, document.body.appendChild(document.createElement("div")));
Object.assign(window, { access, end });
document.title = "ready";
