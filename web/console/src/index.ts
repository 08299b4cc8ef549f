import "./style/console.css";

export { type Author, AuthorError, authorIn } from "./author/author";
export { serveAuthor } from "./author/serve";
export { Console } from "./console";
export { type Keeper } from "./draft/kept";
export { type Route, VIEWS, type View, pathOf, routeOf } from "./state/route";
export { HttpStore } from "./store/http";
export { type Administer, type Faults, MemoryStore } from "./store/memory";
export {
  type Changed,
  type ChangeRequest,
  type LoggedRecord,
  type Opened,
  type Snapshot,
  type Store,
  type StoreActor,
  StoreError,
} from "./store/store";
export { LOCALES, type Locale, localeFor } from "./texts/texts";
