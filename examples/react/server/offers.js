// Modules that a customer has not bought, and that the vendor wants seen all the same.

/**
 * The vendor's choice. A module that is off and not listed here leaves no trace in a page.
 * `permission` says for whom: a locked module is shown to those whose role would open it.
 */
export const OFFERS = [
  { module: "quality", label: "Quality", permission: "quality.evaluations:read", about: "Review conversations and score them against your own criteria." },
  { module: "knowledge-base", label: "Knowledge Base", permission: "knowledge-base:read", about: "Articles that answer before anybody has to ask." },
  { module: "integrations", label: "Integrations", permission: "integrations:read", about: "Connect the tools that your teams already work with." },
];

/** Returns the offers for one subject, with the features that each lacks. */
export function offered(session, offers) {
  return offers.flatMap(({ module, label, permission, about }) => {
    if (!session.locked(permission)) return [];
    return [{ module, label, about, features: session.check(permission).features }];
  });
}
