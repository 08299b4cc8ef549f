import { createContext, useContext } from "react";

const Context = createContext({ path: "/" });

/** Says where the page is, and how to go elsewhere without loading it again. */
export function Route({ value, children }) {
  return <Context value={value}>{children}</Context>;
}

export function usePath() {
  return useContext(Context).path;
}

/** A real link: it works without a script, in a new tab, and from the keyboard. */
export function Link({ to, ...props }) {
  const { path, go } = useContext(Context);
  const follow = (event) => {
    if (!go || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
    // The menu of a narrow screen is open above the page.
    document.querySelector("nav:popover-open")?.hidePopover();
    document.getElementById("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  return <a {...props} href={to} aria-current={path === to ? "page" : undefined} onClick={follow} />;
}

export const pathOf = (module) => `/m/${module}`;

/** Returns what a page is called, if it is one for whoever sees these modules and offers. */
export function titleOf(path, modules, offers) {
  const id = moduleOf(path);
  return id === undefined ? "Start" : [...modules, ...offers].find(({ module }) => module === id)?.label;
}

export function moduleOf(path) {
  return path.startsWith("/m/") ? path.slice("/m/".length) : undefined;
}
