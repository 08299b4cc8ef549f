import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

import type { LoggedRecord } from "../store/store";

/** What an operation is called in the audit trail. */
export const OPERATIONS: Readonly<Record<LoggedRecord["operation"], MessageDescriptor>> = {
  create: msg`Role created`,
  clone: msg`Role copied`,
  import: msg`Role imported`,
  label: msg`Role described`,
  grant: msg`Permissions granted`,
  revoke: msg`Permissions taken away`,
  reset: msg`Permissions reset`,
  rename: msg`Role renamed`,
  delete: msg`Role deleted`,
  assign: msg`Role assigned`,
  unassign: msg`Role unassigned`,
  deactivate: msg`Person deactivated`,
  activate: msg`Person activated`,
  "sign-out": msg`Person signed out`,
  "sign-out-all": msg`Everybody signed out`,
  attribute: msg`Attribute set`,
  map: msg`Group given a role`,
  unmap: msg`Role taken from a group`,
  claim: msg`Role opened to tokens`,
  unclaim: msg`Role closed to tokens`,
  enable: msg`Feature turned on`,
  disable: msg`Feature turned off`,
  abort: msg`Change not made after all`,
  outside: msg`Changed by other means`,
};
