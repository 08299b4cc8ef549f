//! Scopes that can never hold.

use super::contradiction::is_impossible;
use super::{Findings, Severity};
use portcullis_json::Path;
use portcullis_policy::atom::Atom;
use portcullis_policy::source::{Action, Catalog, Condition, Members, Module};

/// Looks at every condition, where it is written.
pub(super) fn look(catalog: &Catalog, findings: &mut Findings) {
    let at = Path::Root.key("catalog");
    conditions(&catalog.scopes, &at, findings);
    actions(catalog.actions.as_ref(), &at, findings);
    modules(&catalog.modules, &at, findings);
}

fn modules(modules_: &Members<Module>, at: &Path<'_>, findings: &mut Findings) {
    let at = at.key("modules");
    for (name, module) in modules_.iter() {
        let at = at.key(name);
        conditions(&module.scopes, &at, findings);
        actions(module.actions.as_ref(), &at, findings);
        modules(&module.modules, &at, findings);
    }
}

fn actions(actions: Option<&Members<Action>>, at: &Path<'_>, findings: &mut Findings) {
    let at = at.key("actions");
    for (name, action) in actions.into_iter().flat_map(Members::iter) {
        conditions(&action.scopes, &at.key(name), findings);
    }
}

fn conditions(scopes: &Members<Condition>, at: &Path<'_>, findings: &mut Findings) {
    let at = at.key("scopes");
    for (name, Condition(conjunctions)) in scopes.iter() {
        let at = at.key(name);
        let dead = conjunctions.iter().map(|atoms| {
            let atoms = atoms.iter().filter_map(|text| Atom::parse(text).ok());
            is_impossible(&atoms.collect::<Vec<_>>())
        });
        let dead = dead.collect::<Vec<_>>();
        if dead.iter().all(|dead| *dead) {
            findings.add(
                ("scope-never-holds", Severity::Warning),
                &at,
                format!("the scope `{name}` can never hold: its atoms contradict each other"),
                "fix the atoms; to disable a permission, do not grant it",
            );
            continue;
        }
        for (index, _) in dead.iter().enumerate().filter(|(_, dead)| **dead) {
            findings.add(
                ("alternative-never-holds", Severity::Warning),
                &at.index(index),
                format!("this alternative of the scope `{name}` can never hold: its atoms contradict each other"),
                "fix the atoms, or take the alternative out",
            );
        }
    }
}
