import { Access } from "@portcullis/edge/access";
import { StrictMode, useCallback, useEffect, useState } from "react";
import { hydrateRoot } from "react-dom/client";

import { App } from "./app.jsx";
import { fetched } from "./fetched.js";

const start = JSON.parse(document.getElementById("start").textContent);
const { trust, subject, snapshot } = start;
const access = new Access({ url: "/access.pclb", trust, subject, snapshot });

function Page() {
  const [path, setPath] = useState(start.path);
  const [data, setData] = useState(start.data);
  const [message, setMessage] = useState("");

  const go = useCallback((to) => {
    history.pushState(null, "", to);
    setPath(to);
    setMessage("");
  }, []);
  useEffect(() => {
    const back = () => {
      setPath(location.pathname);
      setMessage("");
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => setMessage(""), 6000);
    return () => clearTimeout(timer);
  }, [message]);

  const load = useCallback(async () => {
    const loaded = await fetched("/data.json");
    if (!loaded) return;
    // Somebody else signed in, in another tab: this page is no longer theirs.
    if (loaded.person.id === subject.id) setData(loaded);
    else location.assign("/");
  }, []);
  // Whatever changes what may be seen changes what is listed, too.
  useEffect(() => {
    let seen = access.view;
    return access.subscribe(() => {
      if (access.view !== seen) void load();
      seen = access.view;
    });
  }, [load]);

  const act = useCallback(
    async (method, url, done) => {
      setMessage((await refusal(method, url)) ?? done);
      await load();
    },
    [load],
  );
  const setFeature = useCallback(
    async (name, on) => {
      setMessage((await refusal(on ? "PUT" : "DELETE", `/vendor/features/${name}`)) ?? "");
      await access.refresh();
      await load();
    },
    [load],
  );

  return <App {...start} access={access} path={path} go={go} data={data} message={message} act={act} setFeature={setFeature} />;
}

/** Asks the server to change something; returns what to tell the reader if it did not. */
async function refusal(method, url) {
  try {
    const { ok, status } = await fetch(url, { method });
    return ok ? undefined : `The server refused it (${status}).`;
  } catch {
    return "The server cannot be reached. Try again in a moment.";
  }
}

hydrateRoot(
  document.getElementById("app"),
  <StrictMode>
    <Page />
  </StrictMode>,
  { onRecoverableError: (error) => console.error("hydration:", error) },
);
