//! Conditions where they are written: of the catalog, of modules and of actions.

use portcullis_json::Path;
use portcullis_policy::atom::Atom;
use portcullis_policy::source::{Action, Catalog, Condition, Members, Module, OneOrMany};

/// Calls `look` with each scope: its place, its name, and the atoms of each alternative.
pub(super) fn each<L>(catalog: &Catalog, look: &mut L)
where
    L: FnMut(&Path<'_>, &str, &[Vec<Atom>]),
{
    let at = Path::Root.key("catalog");
    conditions(&catalog.scopes, &at, look);
    actions(catalog.actions.as_ref(), &at, look);
    modules(&catalog.modules, &at, look);
}

fn modules<L>(all: &Members<Module>, at: &Path<'_>, look: &mut L)
where
    L: FnMut(&Path<'_>, &str, &[Vec<Atom>]),
{
    let at = at.key("modules");
    for (name, module) in all.iter() {
        let at = at.key(name);
        conditions(&module.scopes, &at, look);
        actions(module.actions.as_ref(), &at, look);
        modules(&module.modules, &at, look);
    }
}

fn actions<L>(actions: Option<&Members<Action>>, at: &Path<'_>, look: &mut L)
where
    L: FnMut(&Path<'_>, &str, &[Vec<Atom>]),
{
    let at = at.key("actions");
    for (name, action) in actions.into_iter().flat_map(Members::iter) {
        conditions(&action.scopes, &at.key(name), look);
    }
}

fn conditions<L>(scopes: &Members<Condition>, at: &Path<'_>, look: &mut L)
where
    L: FnMut(&Path<'_>, &str, &[Vec<Atom>]),
{
    let at = at.key("scopes");
    for (name, Condition(conjunctions)) in scopes.iter() {
        let alternatives = conjunctions.iter().map(parsed).collect::<Vec<_>>();
        look(&at.key(name), name, &alternatives);
    }
}

fn parsed(atoms: &OneOrMany) -> Vec<Atom> {
    let atoms = atoms.iter().filter_map(|text| Atom::parse(text).ok());
    atoms.collect()
}
