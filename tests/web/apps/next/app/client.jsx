"use client";

import { useCan, useView } from "@portcullis/edge/react";

export function Live() {
  const [view, may] = [useView(), useCan("tickets:read")];
  // A session can say why, a snapshot cannot: so this tells that the engine runs in the page.
  return <footer>{may && view && "check" in view ? "by the engine" : "by the snapshot"}</footer>;
}
