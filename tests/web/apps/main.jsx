import { createRoot } from "react-dom/client";

import { accessOf, App } from "./app.jsx";

const trust = await (await fetch("/trust.json")).json();
createRoot(document.getElementById("root")).render(<App access={accessOf(trust)} />);
