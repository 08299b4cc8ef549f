import type { Access } from "./access.js";
import type { Session, Subject, Vocabulary } from "./index.js";

/**
 * Shows in an element what a page is shown by: who, of which tenant, until when, what they may, and of each permission
 * why or why not. For development: it shows no more than the page has, but nobody else needs it.
 *
 * Returns what takes it away again.
 */
export function mountPanel(access: Shown, element: HTMLElement): () => void {
  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  // A sheet of its own: no content security policy forbids it, and it styles nothing of the page.
  root.adoptedStyleSheets = [sheet];
  const facts = made("dl");
  const search = made("input");
  search.type = "search";
  search.placeholder = "permission";
  search.setAttribute("aria-label", "Permissions that contain");
  const list = made("ul");
  const panel = made("section", made("h2", "Portcullis"), facts, search, list);
  panel.setAttribute("aria-label", "Portcullis");
  root.replaceChildren(panel);
  let open: string | undefined;

  const draw = () => {
    facts.replaceChildren(...factsOf(access).flatMap(([name, value]) => [made("dt", name), made("dd", value)]));
    const names = access.policy?.permissions.filter((name) => name.includes(search.value)) ?? [];
    const rows = names.slice(0, ROWS_MAX).map((name) => row(access, name, open === name, () => {
      open = open === name ? undefined : name;
      draw();
    }));
    if (names.length > ROWS_MAX) rows.push(made("li", `and ${names.length - ROWS_MAX} more`));
    list.replaceChildren(...rows);
  };
  search.addEventListener("input", draw);
  const end = access.subscribe(draw);
  draw();
  return () => {
    end();
    root.replaceChildren();
  };
}

/** What the panel needs of an access: one that a test makes up has it too. */
type Shown = Pick<Access<Vocabulary>, "status" | "error" | "view" | "policy" | "subject" | "subscribe">;

function factsOf(access: Shown): [string, string][] {
  const { status, error, view, policy, subject } = access;
  const facts: [string, string][] = [["status", status]];
  if (error) facts.push(["last failure", error.message]);
  if (subject) facts.push(["who", `${subject.type ?? "user"} ${subject.id}`], ["roles", rolesOf(subject).join(", ") || "none stated"]);
  if (view) facts.push(["until", new Date(view.validUntil * 1000).toISOString()], ["shown by", policy ? "the engine" : "a snapshot"]);
  if (policy) {
    const { tenant, catalog, sequence, slice_of } = policy.header;
    facts.push(["tenant", `${tenant}, by ${catalog}`], ["sequence", `${sequence}${slice_of ? ", a slice" : ", whole"}`]);
    facts.push(["features", policy.features.join(", ") || "none"]);
  }
  return facts;
}

/** Returns the roles of a subject, of which one alone may be text. */
function rolesOf({ roles }: Subject<Vocabulary>): readonly string[] {
  return ([] as string[]).concat(roles ?? []);
}

function row(access: Shown, name: string, isOpen: boolean, toggle: () => void): HTMLElement {
  const allowed = access.view?.can(name) ?? false;
  const button = made("button", `${allowed ? "✓" : "✗"} ${name}`);
  button.type = "button";
  button.setAttribute("aria-expanded", String(isOpen));
  button.addEventListener("click", toggle);
  const item = made("li", button);
  item.className = allowed ? "may" : "";
  if (isOpen) item.append(made("pre", why(access.view as unknown as Session<Vocabulary>, name)));
  return item;
}

function why(session: Session<Vocabulary>, name: string): string {
  try {
    const { answer, roles, ignored, grants, would_allow } = session.explain(name);
    return JSON.stringify({ answer, roles, ignored, grants, would_allow }, null, 1);
  } catch (error) {
    return String(error);
  }
}

function made<K extends keyof HTMLElementTagNameMap>(name: K, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

const ROWS_MAX = 200;
const STYLE = `
section { background: Canvas; border: 1px solid GrayText; border-radius: 8px; color: CanvasText; color-scheme: light dark; font: 13px/1.5 system-ui, sans-serif; max-height: 70vh; max-width: 34rem; overflow: auto; padding: 12px 16px; }
h2 { font-size: 14px; margin: 0 0 8px; }
dl { display: grid; gap: 2px 12px; grid-template-columns: max-content 1fr; margin: 0 0 12px; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
input { box-sizing: border-box; font: inherit; padding: 4px 8px; width: 100%; }
ul { list-style: none; margin: 8px 0 0; padding: 0; }
button { background: none; border: 0; color: inherit; cursor: pointer; font: inherit; padding: 3px 0; text-align: left; width: 100%; }
li:not(.may) button { opacity: .75; }
pre { border-inline-start: 3px solid GrayText; margin: 2px 0 8px; overflow: auto; padding-inline-start: 10px; white-space: pre-wrap; }
`;
