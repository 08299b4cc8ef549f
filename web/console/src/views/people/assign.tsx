import { useLingui } from "@lingui/react/macro";
import type { Change } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Field } from "../../parts/field";
import { Pick } from "../../parts/pick";
import { Select } from "../../parts/select";
import { useSession } from "../../state/session";
import { endOf } from "../../words/time";
import { ChangeDialog } from "../../parts/change-dialog";
import { keyOf, subjectOf, teamsOf } from "./known";

interface AssignRoleProps {
  /** The role, where it is clear. */
  readonly role?: string;
  /** The key of somebody, where that is clear. */
  readonly subject?: string;
  readonly onClose: () => void;
}

/** Gives somebody a role: everywhere or on a team, for good or until a day. */
export function AssignRole({ role, subject, onClose }: AssignRoleProps): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const [who, setWho] = useState("");
  const [which, setWhich] = useState<string | null>(role ?? null);
  const [team, setTeam] = useState("");
  const [day, setDay] = useState("");
  const until = endOf(day);
  const keys = (subject ?? who).split(/[\s,;]+/).filter((key) => key !== "");
  const changes = keys.map((key): Change => {
    return { operation: "assign", role: which ?? "", subject: subjectOf(key), ...(team.trim() ? { team: team.trim() } : {}), ...(until ? { until } : {}) };
  });
  return (
    <ChangeDialog
      title={role ? t`Give people ${names.role(role)}` : t`Give ${subject ?? ""} a role`}
      action={t`Add`}
      changes={changes}
      isReady={keys.length > 0 && which !== null}
      onClose={onClose}
    >
      {subject === undefined && (
        <Pick
          label={t`Who`}
          autoFocus
          options={outline.people.map((person) => ({ id: keyOf(person), label: keyOf(person) }))}
          value={who}
          onChange={setWho}
          hint={t`As your tokens name them, as kim or service:ci. Several at once: with commas between.`}
        />
      )}
      {role === undefined && <Select label={t`Role`} options={outline.roles.filter(({ available }) => available).map(({ id }) => ({ id, label: names.role(id) }))} value={which} onChange={setWhich} placeholder={t`Choose a role`} />}
      <Where value={team} onChange={setTeam} />
      <Field label={t`Until`} type="date" value={day} onChange={setDay} hint={t`From the start of that day (UTC) on they no longer hold it. Leave it empty for good.`} />
    </ChangeDialog>
  );
}

interface MapGroupProps {
  readonly role?: string;
  readonly group?: string;
  readonly onClose: () => void;
}

/** Gives the members of a group of the identity provider a role. */
export function MapGroup({ role, group, onClose }: MapGroupProps): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const [id, setId] = useState(group ?? "");
  const [which, setWhich] = useState<string | null>(role ?? null);
  const [team, setTeam] = useState("");
  const change: Change = { operation: "map", group: id.trim(), role: which ?? "", ...(team.trim() ? { team: team.trim() } : {}) };
  const groups = [...new Set([...outline.groups.map((one) => one.id), ...outline.people.flatMap((person) => person.groups)])].sort();
  return (
    <ChangeDialog title={t`Give a group a role`} action={t`Add`} changes={[change]} isReady={id.trim() !== "" && which !== null} onClose={onClose} hasImpact>
      {group === undefined && (
        <Pick label={t`Group`} autoFocus options={groups.map((one) => ({ id: one, label: one }))} value={id} onChange={setId} hint={t`Its id at your identity provider, which should be one that never changes.`} />
      )}
      {role === undefined && <Select label={t`Role`} options={outline.roles.filter(({ available }) => available).map((one) => ({ id: one.id, label: names.role(one.id) }))} value={which} onChange={setWhich} placeholder={t`Choose a role`} />}
      <Where value={team} onChange={setTeam} />
    </ChangeDialog>
  );
}

function Where({ value, onChange }: { readonly value: string; readonly onChange: (team: string) => void }): ReactElement {
  const { t } = useLingui();
  const { outline } = useSession();
  return <Pick label={t`On the team`} options={teamsOf(outline).map((team) => ({ id: team, label: team }))} value={value} onChange={onChange} hint={t`Leave it empty for everywhere.`} />;
}
