import { Portcullis } from "@portcullis/edge";
import { Can, PortcullisPage } from "@portcullis/edge/react";

import { Live } from "./client.jsx";
import { bundle, subject, trust } from "./policy.js";

export const dynamic = "force-dynamic";

// A server component: it renders by a session, and sends what the page shows by.
export default async function Home() {
  const session = (await Portcullis.load(bundle(), { trust: trust() })).session(subject);
  return (
    <PortcullisPage url="/access.pclb" trust={trust()} subject={subject} snapshot={session.snapshot()}>
      <p>{session.can("tickets:read") ? "the server may read" : "the server may not read"}</p>
      <Can I="tickets:read" pending="pending" denied="tickets:read no, ">
        tickets:read yes,{" "}
      </Can>
      <Can I="tickets:delete" pending="pending" denied="tickets:delete no">
        tickets:delete yes
      </Can>
      <Live />
    </PortcullisPage>
  );
}
