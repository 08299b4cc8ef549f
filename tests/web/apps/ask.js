import { Portcullis } from "@portcullis/edge";

// What every app without a framework asks: what the slice allows, and what it does not.
export async function ask(trust, bundle) {
  const policy = await Portcullis.load(bundle, { trust });
  const session = policy.session({ id: "jo", roles: ["agent"] });
  const may = (permission) => `${permission} ${session.can(permission) ? "yes" : "no"}`;
  return [may("tickets:read"), may("tickets:delete")].join(", ");
}
