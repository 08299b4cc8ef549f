import { PortcullisError, start } from "@portcullis/edge";
import { Access } from "@portcullis/edge/access";

// The page of the test of loading: tells why it got no engine, or no bundle.
const failed = async (source?: string) => {
  const error = await start(source).then(() => undefined, (cause) => cause);
  return error instanceof PortcullisError ? [error.code, error.message] : [String(error)];
};
const fetched = async (url: string) => {
  const access = new Access({ url, trust: { threshold: 1, keys: [], audience: "default" }, subject: { id: "jo" }, storage: false });
  await access.refresh();
  return [access.status, access.error?.code, access.error?.message];
};
Object.assign(window, { failed, fetched });
document.title = "ready";
