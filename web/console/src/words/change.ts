import type { Change } from "@portcullis/author";
import type { I18n } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";

import { type Names, titled } from "../state/names";
import { dateOf } from "./time";

/** Says in a sentence what a change does. */
export function changeWords(i18n: I18n, names: Names, change: Change): string {
  const role = "role" in change ? names.role(change.role) : "";
  switch (change.operation) {
    case "create":
      return i18n._(msg`Create the role ${change.label ?? role}`);
    case "clone": {
      const from = names.role(change.from);
      return i18n._(msg`Copy ${from} to the new role ${change.label ?? role}`);
    }
    case "import":
      return i18n._(msg`Import the role ${change.label ?? role}`);
    case "label":
      return i18n._(msg`Name or describe ${role} again`);
    case "rename":
      return i18n._(msg`Give ${role} the id ${change.to}`);
    case "grant": {
      const count = pairs(change.grants);
      const what = one(names, change.grants);
      return what ? i18n._(msg`Grant ${role}: ${what}`) : i18n._(msg`Grant ${role} ${plural(count, { one: "# permission", other: "# permissions" })}`);
    }
    case "revoke": {
      const count = pairs(change.grants);
      const what = one(names, change.grants);
      return what
        ? i18n._(msg`Take from ${role}: ${what}`)
        : i18n._(msg`Take from ${role} ${plural(count, { one: "# permission", other: "# permissions" })}`);
    }
    case "reset":
      return i18n._(msg`Reset the permissions of ${role}`);
    case "delete": {
      if (!change.reassign) return i18n._(msg`Delete the role ${role}`);
      const to = names.role(change.reassign);
      return i18n._(msg`Delete the role ${role}; its holders get ${to}`);
    }
    case "assign": {
      const who = subjectName(names, change.subject);
      const until = change.until ? dateOf(i18n, change.until) : "";
      if (change.team && until) return i18n._(msg`Give ${who} ${role} on ${change.team} until ${until}`);
      if (change.team) return i18n._(msg`Give ${who} ${role} on ${change.team}`);
      if (until) return i18n._(msg`Give ${who} ${role} until ${until}`);
      return i18n._(msg`Give ${who} ${role}`);
    }
    case "unassign": {
      const who = subjectName(names, change.subject);
      if (change.until) {
        const until = dateOf(i18n, change.until);
        return i18n._(msg`Let ${who} hold ${role} until ${until} only`);
      }
      return change.team ? i18n._(msg`Take ${role} on ${change.team} from ${who}`) : i18n._(msg`Take ${role} from ${who}`);
    }
    case "deactivate": {
      const who = subjectName(names, change.subject);
      return i18n._(msg`Deactivate ${who}`);
    }
    case "activate": {
      const who = subjectName(names, change.subject);
      return i18n._(msg`Activate ${who}`);
    }
    case "sign-out": {
      const who = subjectName(names, change.subject);
      return i18n._(msg`Sign ${who} out everywhere`);
    }
    case "sign-out-all":
      return i18n._(msg`Sign everybody out`);
    case "attribute": {
      const who = subjectName(names, change.subject);
      const what = titled(change.attribute);
      return change.values.length > 0 ? i18n._(msg`Set ${what} of ${who}: ${change.values.join(", ")}`) : i18n._(msg`Clear ${what} of ${who}`);
    }
    case "map":
      return change.team
        ? i18n._(msg`Give members of ${change.group} ${role} on ${change.team}`)
        : i18n._(msg`Give members of ${change.group} ${role}`);
    case "unmap":
      return change.team
        ? i18n._(msg`Take ${role} on ${change.team} from members of ${change.group}`)
        : i18n._(msg`Take ${role} from members of ${change.group}`);
    case "claim":
      return i18n._(msg`Let tokens state ${role}`);
    case "unclaim":
      return i18n._(msg`Let no token state ${role}`);
    case "enable": {
      const until = change.until ? dateOf(i18n, change.until) : "";
      return until ? i18n._(msg`Turn ${change.feature} on until ${until}`) : i18n._(msg`Turn ${change.feature} on`);
    }
    case "disable":
      return i18n._(msg`Turn ${change.feature} off`);
  }
}

function subjectName(names: Names, subject: string | { type: string; id: string }): string {
  return typeof subject === "string" ? subject.replace(/^user:/, "") : names.subject(subject);
}

type Grants = Readonly<Record<string, string | readonly string[]>>;

const pairs = (grants: Grants) => Object.values(grants).flat().length;

/** Names the permission of a change of one alone. */
function one(names: Names, grants: Grants): string | undefined {
  const [first, ...others] = Object.entries(grants).flatMap(([scope, permissions]) => [permissions].flat().map((name) => [name, scope] as const));
  if (!first || others.length > 0) return undefined;
  return `${names.permission(first[0])} (${names.scope(first[1])})`;
}
