import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { RefusedReason } from "@portcullis/author";

/** Which rule stands against a change, in a few words; the compiler's own sentence has the particulars. */
export const REASONS: Readonly<Record<RefusedReason, MessageDescriptor>> = {
  "invalid-policy": msg`The policy would have problems`,
  unknown: msg`There is no such thing in the policy`,
  malformed: msg`This cannot be written so`,
  duplicate: msg`It is there already`,
  retired: msg`This id belonged to a role that was deleted or renamed`,
  limit: msg`The tenant has as many roles as it may`,
  permanent: msg`This role can never be deleted`,
  "not-editable": msg`The product does not let a customer change this role`,
  "not-available": msg`This role cannot be used yet`,
  unsupported: msg`This role cannot be granted that`,
  "nothing-to-do": msg`There is nothing to change`,
  "nobodys-operation": msg`The product lets nobody do this`,
  "not-allowed": msg`You may not do this`,
  undecided: msg`Whether you may do this depends on more than is known`,
  "not-managed": msg`You do not manage a role that this is about`,
  "not-covered": msg`You cannot hand out or take away what you do not hold yourself`,
  "own-access": msg`Nobody changes their own access`,
  "last-administrator": msg`Nobody would be left who may edit roles`,
};
