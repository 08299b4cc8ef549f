import { useModules, useModuleTree } from "@portcullis/edge/react";

import { stillLocked } from "../modules.js";
import { Link, pathOf } from "../route.jsx";
import { Lock } from "./icons.jsx";

export function Navigation({ offers, tenant }) {
  const modules = useModules();
  const tree = useModuleTree();
  if (!modules) return <p aria-busy="true">…</p>;
  const locked = stillLocked(offers, modules);
  return (
    <>
      {modules.length === 0 && <p className="quiet">No module is open to you yet.</p>}
      <Branch modules={tree} className="modules" />
      {locked.length > 0 && (
        <>
          <h2>Not in the plan of {tenant}</h2>
          <ul className="locked">
            {locked.map(({ module, label }) => (
              <li key={module}>
                <Link to={pathOf(module)}>
                  <Lock />
                  {label}
                  <span className="visually-hidden"> (locked)</span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Branch({ modules, className }) {
  if (modules.length === 0) return null;
  return (
    <ul className={className}>
      {modules.map(({ module, label, children }) => (
        <li key={module}>
          <Link to={pathOf(module)}>{label}</Link>
          <Branch modules={children} />
        </li>
      ))}
    </ul>
  );
}
