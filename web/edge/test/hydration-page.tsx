import { Access, type AccessOptions } from "@portcullis/edge/access";
import { Portcullis, PortcullisPage } from "@portcullis/edge/react";
import { createRoot, hydrateRoot } from "react-dom/client";

import { App } from "./hydration-app";

// The page of the test of hydration: what it was rendered by, and what each of its frames showed.
const { now, permission, others, ...options } = await (await fetch("/options.json")).json();
const frames: string[] = [];
const seen = (frame: string) => void frames.push(frame);
const app = <App permission={permission} seen={seen} />;

/** Hydrates the server's page, after its access has come further. */
async function hydrated(ahead: number): Promise<string[]> {
  const access = new Access({ ...options, now: () => now + ahead, storage: false });
  await access.refresh();
  hydrateRoot(document.getElementById("root") as HTMLElement, <Portcullis access={access}>{app}</Portcullis>);
  return settled(access.status === "expired" ? "expired" : "the engine");
}

/** Returns the frames until one that says this, each once. */
async function settled(last: string): Promise<string[]> {
  while (!frames.at(-1)?.includes(last)) await new Promise((done) => setTimeout(done, 20));
  return frames.splice(0).filter((frame, at, all) => frame !== all[at - 1]);
}

/** Renders a page of its own access for one person, and then for others. */
async function replaced(): Promise<string[]> {
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  const page = (more: Partial<AccessOptions>) => (
    <PortcullisPage {...options} now={() => now} storage={false} {...more}>
      {app}
    </PortcullisPage>
  );
  const all: string[] = [];
  for (const more of [{}, ...others]) {
    root.render(page(more.snapshot === null ? { ...more, snapshot: undefined } : more));
    all.push(...(await settled("the engine")).map((frame) => `${more.subject?.id ?? "first"}: ${frame}`));
  }
  return all;
}

Object.assign(window, { hydrated, replaced });
document.title = "ready";
