//! Scopes that can never hold.

use super::conditions;
use super::contradiction::is_impossible;
use super::{Findings, Severity};
use portcullis_json::Path;
use portcullis_policy::atom::Atom;
use portcullis_policy::source::Catalog;

/// Looks at every condition, where it is written.
pub(super) fn look(catalog: &Catalog, findings: &mut Findings) {
    conditions::each(catalog, &mut |at, name, alternatives| {
        condition(at, name, alternatives, findings);
    });
}

fn condition(at: &Path<'_>, name: &str, alternatives: &[Vec<Atom>], findings: &mut Findings) {
    let dead = alternatives.iter().map(|atoms| is_impossible(atoms));
    let dead = dead.collect::<Vec<_>>();
    if dead.iter().all(|dead| *dead) {
        findings.add(
            ("scope-never-holds", Severity::Warning),
            at,
            format!("the scope `{name}` can never hold: its atoms contradict each other"),
            "fix the atoms; to disable a permission, do not grant it",
        );
        return;
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
