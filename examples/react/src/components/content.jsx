import { useModules } from "@portcullis/edge/react";
import { useEffect } from "react";

import { stillLocked } from "../modules.js";
import { Link, moduleOf, titleOf, usePath } from "../route.jsx";
import { Home } from "./home.jsx";
import { Locked } from "./locked.jsx";
import { Module } from "./module.jsx";

export function Content({ data, tenant, act }) {
  const path = usePath();
  const modules = useModules();
  const title = titleOf(path, modules ?? [], data.offers) ?? "Not found";
  useEffect(() => {
    document.title = `${title} · Support desk`;
  }, [title]);
  if (!modules) return <h1 aria-busy="true">…</h1>;
  const id = moduleOf(path);
  if (id === undefined) return <Home person={data.person} modules={modules} />;
  const module = modules.find((one) => one.module === id);
  if (module) return <Module module={module} modules={modules} data={data} act={act} />;
  const offer = stillLocked(data.offers, modules).find((one) => one.module === id);
  if (offer) return <Locked offer={offer} tenant={tenant} />;
  // What is not there, what is off and what is not yours read the same: a page tells of none of them.
  return (
    <>
      <h1>Nothing here for you</h1>
      <p>This page does not exist, or it is not open to you.</p>
      <p>
        <Link to="/">Go to the start page</Link>
      </p>
    </>
  );
}
