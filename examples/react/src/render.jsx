import { StrictMode } from "react";
import { renderToString } from "react-dom/server";

import { App } from "./app.jsx";

// The server's part: the same app, by a session of its own.
export function rendered(view) {
  return renderToString(
    <StrictMode>
      <App view={view} />
    </StrictMode>,
  );
}
