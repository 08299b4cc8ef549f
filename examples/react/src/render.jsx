import { StrictMode } from "react";
import { renderToString } from "react-dom/server";

import { App } from "./app.jsx";
import { titleOf } from "./route.jsx";

// The server's part: the same app, by a session of its own, and the title of its page.
export function rendered(view, start) {
  const body = renderToString(
    <StrictMode>
      <App {...start} view={view} />
    </StrictMode>,
  );
  return { body, title: titleOf(start.path, view.modules(), start.data.offers) };
}
