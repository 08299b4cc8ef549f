import { Can } from "@portcullis/edge/react";

import { Action } from "./action.jsx";

// The rows come filtered from the server; each row's buttons ask about that row.
export function Interactions({ listed, act }) {
  const { kind, query, rows } = listed;
  return (
    <section>
      <div className="bar">
        <p className="lead">{LEADS[kind]}</p>
        <Can I="interactions:write">
          <button type="button" className="primary" onClick={() => act("POST", "/interactions", "Added, as yours.")}>
            New interaction
          </button>
        </Can>
      </div>
      <ul className="rows">
        {rows.map(({ id, customer, topic, open, resource }) => (
          <li key={id}>
            <div className="about">
              <h2>{topic}</h2>
              <p>
                {customer} · assigned to {resource.assignees.join(", ")}
                {" · "}
                <span className="team">{resource.teams.join(", ")}</span>
              </p>
            </div>
            <span className={open ? "state open" : "state"}>{open ? "Open" : "Closed"}</span>
            <div className="actions">
              {open && (
                <Action I="interactions:write" on={resource} label="Close" what={topic} run={() => act("POST", `/interactions/${id}/close`, `Closed: ${topic}`)} />
              )}
              <Action I="interactions:delete" on={resource} label="Delete" what={topic} run={() => act("DELETE", `/interactions/${id}`, `Deleted: ${topic}`)} />
            </div>
          </li>
        ))}
      </ul>
      {rows.length === 0 && <p className="quiet">There is nothing to list.</p>}
      <details className="query">
        <summary>How the server filters this list</summary>
        <p>
          <code>session.filter("interactions:read").toMongo()</code> gives the database this condition:
        </p>
        <pre tabIndex={0}>{JSON.stringify(query, null, 2)}</pre>
      </details>
    </section>
  );
}

const LEADS = {
  all: "Every interaction.",
  some: "Only the interactions that your role lets you read.",
  none: "Your role lets you read no interaction.",
};
