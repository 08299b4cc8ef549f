"use client";

import { Access } from "@portcullis/edge/access";
import { Portcullis, useCan } from "@portcullis/edge/react";
import { useState } from "react";

export function Page({ trust, subject, snapshot, children }) {
  const [access] = useState(() => new Access({ url: "/access.pclb", trust, subject, snapshot }));
  return (
    <Portcullis access={access}>
      {children}
      <Live access={access} />
    </Portcullis>
  );
}

function Live({ access }) {
  const may = useCan("tickets:read");
  // A session can say why, a snapshot cannot: so this tells that the engine runs in the page.
  return <footer>{may && "check" in access.view ? "by the engine" : "by the snapshot"}</footer>;
}
