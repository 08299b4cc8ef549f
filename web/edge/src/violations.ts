/**
 * Listens for what the page's content security policy forbids from here on, since a blocked request fails as one that
 * got no answer does. What it returns says, once, which directive it was, if one was.
 */
export function watchedPolicy(): () => Promise<string | undefined> {
  const scope = globalThis as { addEventListener?: unknown; removeEventListener?: unknown };
  if (typeof scope.addEventListener !== "function") return () => Promise.resolve(undefined);
  let directive: string | undefined;
  const heard = (event: Event) => {
    directive = (event as SecurityPolicyViolationEvent).effectiveDirective;
  };
  addEventListener(VIOLATION, heard);
  return async () => {
    // The event comes after the failure.
    await new Promise((done) => setTimeout(done));
    removeEventListener(VIOLATION, heard);
    return directive;
  };
}

const VIOLATION = "securitypolicyviolation";
