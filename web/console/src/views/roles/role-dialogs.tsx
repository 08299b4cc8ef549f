import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Change, OutlinedRole } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { ChangeDialog } from "../../parts/change-dialog";
import { Field } from "../../parts/field";
import { Notice } from "../../parts/notice";
import { Select } from "../../parts/select";
import { useSession } from "../../state/session";
import { holdersOf } from "./holders";
import { copyId, freeId, idOf } from "./ids";

interface DialogProps {
  readonly onClose: () => void;
}

interface RoleDialogProps extends DialogProps {
  readonly role: OutlinedRole;
}

/** Creates a role: blank, or as a copy of another. */
export function CreateRole({ onClose, from }: DialogProps & { readonly from?: OutlinedRole }): ReactElement {
  const { t } = useLingui();
  const { outline, names, go } = useSession();
  const [label, setLabel] = useState(from ? t`${names.role(from.id)} (copy)` : "");
  const [description, setDescription] = useState(from?.description ?? "");
  const [ownId, setOwnId] = useState<string>();
  const [source, setSource] = useState(from?.id ?? "");
  const id = ownId ?? (label.trim() ? freeId(outline, idOf(label)) : from ? copyId(outline, from.id) : "");
  const said = { role: id, ...(label.trim() ? { label: label.trim() } : {}), ...(description.trim() ? { description: description.trim() } : {}) };
  const change: Change = source ? { operation: "clone", from: source, ...said } : { operation: "create", ...said };
  const options = [{ id: "", label: t`Nothing: start blank` }, ...outline.roles.filter(({ available }) => available).map((role) => ({ id: role.id, label: names.role(role.id) }))];
  return (
    <ChangeDialog title={from ? t`Duplicate ${names.role(from.id)}` : t`Create a role`} action={t`Create`} changes={[change]} isReady={id !== ""} onClose={onClose} onDone={() => go({ view: "roles", item: id })}>
      <Field label={t`Name`} value={label} onChange={setLabel} autoFocus isRequired />
      <Field label={t`Description`} value={description} onChange={setDescription} rows={2} hint={t`Whom it is for, in a sentence.`} />
      <Select label={t`Start from`} options={options} value={source} onChange={setSource} />
      <Field label={t`Id`} value={id} onChange={setOwnId} hint={t`What tokens, the log and the command line call it. It can never be used again once the role is gone.`} />
      <Limit />
    </ChangeDialog>
  );
}

/** Says how many roles a tenant may still define. */
function Limit(): ReactElement | null {
  const { outline } = useSession();
  const max = outline.custom_roles_max;
  if (max === null) return null;
  const used = outline.roles.filter((role) => !role.built_in).length;
  return (
    <p className="pc-hint">
      <Trans>
        {used} of <Plural value={max} one="# role" other="# roles" /> of your own are used.
      </Trans>
    </p>
  );
}

/** Names and describes a role. */
export function DescribeRole({ role, onClose }: RoleDialogProps): ReactElement {
  const { t } = useLingui();
  const [label, setLabel] = useState(role.label ?? "");
  const [description, setDescription] = useState(role.description ?? "");
  const change: Change = {
    operation: "label",
    role: role.id,
    ...(label.trim() === (role.label ?? "") ? {} : { label: label.trim() }),
    ...(description.trim() === (role.description ?? "") ? {} : { description: description.trim() }),
  };
  return (
    <ChangeDialog title={t`Name and describe`} action={t`Apply`} changes={[change]} isReady={"label" in change || "description" in change} onClose={onClose}>
      <Field label={t`Name`} value={label} onChange={setLabel} autoFocus />
      <Field label={t`Description`} value={description} onChange={setDescription} rows={3} />
    </ChangeDialog>
  );
}

/** Gives a role another id. */
export function RenameRole({ role, onClose }: RoleDialogProps): ReactElement {
  const { t } = useLingui();
  const { go } = useSession();
  const [id, setId] = useState(role.id);
  return (
    <ChangeDialog title={t`Change its id`} action={t`Apply`} changes={[{ operation: "rename", role: role.id, to: id.trim() }]} isReady={id.trim() !== "" && id.trim() !== role.id} onClose={onClose} onDone={() => go({ item: id.trim() })}>
      <Field label={t`Id`} value={id} onChange={setId} autoFocus hint={t`The former id can never be used again, and tokens that state it give nothing.`} />
    </ChangeDialog>
  );
}

/** Deletes a role, with whom that strips and what they get instead. */
export function DeleteRole({ role, onClose }: RoleDialogProps): ReactElement {
  const { t } = useLingui();
  const { outline, names, go } = useSession();
  const [reassign, setReassign] = useState("");
  const holders = holdersOf(outline, role.id);
  const count = holders.people.length + holders.groups.length;
  const others = outline.roles.filter(({ id, available }) => id !== role.id && available);
  const options = [{ id: "", label: t`Nothing` }, ...others.map(({ id }) => ({ id, label: names.role(id) }))];
  const change: Change = { operation: "delete", role: role.id, ...(reassign ? { reassign } : {}) };
  return (
    <ChangeDialog title={t`Delete ${names.role(role.id)}`} action={t`Delete`} changes={[change]} isDangerous onClose={onClose} onDone={() => go({ view: "roles", item: undefined })}>
      {count === 0 ? (
        <p>
          <Trans>Nobody holds this role. Its id can never be used again.</Trans>
        </p>
      ) : (
        <>
          <Notice kind="warning">
            <strong>
              <Plural value={count} one="# assignment goes with it" other="# assignments go with it" />
            </strong>
            <p>
              <Trans>Whoever holds the role loses what it grants, unless another role gives it.</Trans>
            </p>
            <ul className="pc-inline-list">
              {holders.people.slice(0, SHOWN_MAX).map((one) => (
                <li key={one.key}>
                  {names.subject(one.person)}
                  {one.held.team && ` · ${one.held.team}`}
                </li>
              ))}
              {holders.groups.slice(0, SHOWN_MAX).map((one) => (
                <li key={one.key}>
                  <Trans>members of {one.group.id}</Trans>
                  {one.held.team && ` · ${one.held.team}`}
                </li>
              ))}
              {count > 2 * SHOWN_MAX && <li>…</li>}
            </ul>
          </Notice>
          <Select label={t`They get instead`} options={options} value={reassign} onChange={setReassign} />
        </>
      )}
    </ChangeDialog>
  );
}

const SHOWN_MAX = 8;
