import { Access } from "@portcullis/edge/access";
import { Can, Portcullis, useModules } from "@portcullis/edge/react";
import { StrictMode } from "react";

function Menu() {
  return <nav>{useModules()?.map(({ module, label }) => <a key={module}>{label}</a>)}</nav>;
}

export function App({ access }) {
  return (
    <StrictMode>
      <Portcullis access={access}>
        <Menu />
        <Can I="tickets:read" pending="pending" denied="denied">
          tickets:read yes,{" "}
        </Can>
        <Can I="tickets:delete" pending="pending" denied="tickets:delete no">
          tickets:delete yes
        </Can>
      </Portcullis>
    </StrictMode>
  );
}

export function accessOf(trust, more) {
  return new Access({ url: "/access.pclb", trust, subject: { id: "jo", roles: ["agent"] }, ...more });
}
