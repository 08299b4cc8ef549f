import { Access } from "@portcullis/edge/access";
import { StrictMode, useCallback, useEffect, useState } from "react";
import { hydrateRoot } from "react-dom/client";

import { App } from "./app.jsx";

const { snapshot, subject, trust } = JSON.parse(document.getElementById("start").textContent);
const access = new Access({ url: "/access.pclb", trust, subject, snapshot });

function Page() {
  const [features, setFeatures] = useState([]);
  // The vendor's switches: no page of the product would have them.
  const load = useCallback(async () => setFeatures(await (await fetch("/vendor/features.json")).json()), []);
  useEffect(() => void (location.hash === "#vendor" && load()), [load]);
  const setFeature = async (name, on) => {
    await fetch(`/vendor/features/${name}`, { method: on ? "PUT" : "DELETE" });
    await load();
    await access.refresh();
  };
  return <App access={access} features={features} setFeature={setFeature} />;
}

hydrateRoot(
  document.getElementById("app"),
  <StrictMode>
    <Page />
  </StrictMode>,
  { onRecoverableError: (error) => console.error("hydration:", error) },
);
