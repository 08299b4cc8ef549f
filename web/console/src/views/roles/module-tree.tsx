import { useLingui } from "@lingui/react/macro";
import type { OutlinedModule } from "@portcullis/author";
import { type ReactElement, useMemo, useState } from "react";
import { Button, Collection, Tree, TreeItem, TreeItemContent } from "react-aria-components";

import { Icon } from "../../parts/icons";
import { Select } from "../../parts/select";
import { useSession } from "../../state/session";
import type { Cells } from "./levels";
import { isBelow } from "./rows";

interface ModuleTreeProps {
  readonly cells: Cells;
  readonly selected: string | null;
  readonly onSelect: (module: string | null) => void;
}

/** The modules that the tenant has, to look at one of them alone. */
export function ModuleTree({ cells, selected, onSelect }: ModuleTreeProps): ReactElement {
  const { t } = useLingui();
  const { names, outline } = useSession();
  const open = useMemo(() => outline.modules.filter((module) => module.open), [outline]);
  const roots = useMemo(() => [ALL, ...open.filter(({ parent }) => parent === undefined)], [open]);
  const [expanded, setExpanded] = useState<Iterable<string | number>>([]);
  const counts = useMemo(() => {
    const of = (id: string | null) => {
      const below = outline.permissions.filter((permission) => permission.open && isBelow(permission.module, id));
      return { held: below.filter(({ name }) => (cells[name] ?? []).length > 0).length, all: below.length };
    };
    return new Map([[ALL.id, of(null)], ...open.map(({ id }) => [id, of(id)] as const)]);
  }, [cells, open, outline]);

  const item = (module: OutlinedModule): ReactElement => {
    const children = open.filter(({ parent }) => parent === module.id);
    const count = counts.get(module.id);
    const label = module.id === ALL.id ? t`All modules` : names.module(module.id);
    return (
      <TreeItem key={module.id} id={module.id} textValue={label} className="pc-tree-item">
        <TreeItemContent>
          {children.length > 0 ? (
            <Button slot="chevron" className="pc-tree-chevron">
              <Icon name="chevron" />
            </Button>
          ) : (
            <span className="pc-tree-space" />
          )}
          <span className="pc-tree-name">{label}</span>
          {count && (
            <span className="pc-count" data-none={count.held === 0 || undefined}>
              {count.held}/{count.all}
            </span>
          )}
        </TreeItemContent>
        <Collection items={children}>{item}</Collection>
      </TreeItem>
    );
  };
  const options = [ALL, ...open].map((module) => ({ id: module.id, label: module.id === ALL.id ? t`All modules` : names.path(module.id) }));
  return (
    <nav className="pc-modules" aria-label={t`Modules`}>
      <div className="pc-modules-wide">
        <Tree
          aria-label={t`Modules`}
          className="pc-tree"
          items={roots}
          dependencies={[counts]}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={[selected ?? ALL.id]}
          onSelectionChange={(keys) => {
            const [key] = keys === "all" ? [] : [...keys];
            onSelect(key === undefined || key === ALL.id ? null : String(key));
          }}
          expandedKeys={expanded}
          onExpandedChange={setExpanded}
        >
          {item}
        </Tree>
      </div>
      <div className="pc-modules-narrow">
        <Select label={t`Module`} options={options} value={selected ?? ALL.id} onChange={(id) => onSelect(id === ALL.id ? null : id)} />
      </div>
    </nav>
  );
}

/** Stands for every module; no module has such an id. */
const ALL: OutlinedModule = { id: "\u0000all", open: true };
