import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactElement } from "react";

import { Button } from "../../parts/button";
import { Icon } from "../../parts/icons";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";

/** The modules that the tenant has not got, for whoever may turn them on. */
export function LockedModules(): ReactElement | null {
  const { t } = useLingui();
  const { outline, names, dispatch } = useSession();
  const off = outline.features.filter(({ on }) => !on).map(({ id }) => id);
  const tried = useTries(off.map((feature) => ({ operation: "enable", feature })));
  const offered = new Set(off.filter((_, index) => tried?.[index] === null));
  const locked = outline.modules.filter((module) => !module.open && module.features_off?.some((feature) => offered.has(feature)));
  const tops = locked.filter(({ parent }) => !locked.some(({ id }) => id === parent));
  if (tops.length === 0) return null;
  return (
    <section className="pc-locked" aria-label={t`Modules that are off`}>
      <h2 className="pc-section-title">
        <Trans>Modules that are off</Trans>
      </h2>
      <ul className="pc-locked-list">
        {tops.map((module) => (
          <li key={module.id} className="pc-locked-item">
            <Icon name="lock" />
            <span className="pc-name">{names.path(module.id)}</span>
            {module.features_off
              ?.filter((feature) => offered.has(feature))
              .map((feature) => (
                <Button key={feature} kind="plain" onPress={() => dispatch({ type: "added", changes: [{ operation: "enable", feature }] })}>
                  {t`Turn ${feature} on`}
                </Button>
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
