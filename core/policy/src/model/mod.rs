//! A compiled policy, with every name resolved and every grant written out.

mod editors;
mod ends;
mod holdings;
mod index;
mod meaning;
mod openness;
mod subject_types;

pub use editors::Editors;
pub use holdings::Holdings;
pub use index::{
    ConditionIndex, FeatureIndex, ModuleIndex, PermissionIndex, RoleIndex, ScopeIndex,
    ScopeSetIndex,
};
pub use openness::Openness;
pub use subject_types::SubjectTypes;

use std::collections::BTreeMap;

use portcullis_engine::UnixSeconds;

use crate::atom::Atom;
use crate::problem::Problem;
use crate::source::{Kind, Operation, RoleChanges};

/// A compiled policy: what a bundle is encoded from, and what administration judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The catalog's id.
    pub catalog: String,
    /// The features in catalog order.
    pub features: Vec<String>,
    /// The declared attributes.
    pub attributes: Attributes,
    /// The role that everybody of some types holds.
    pub everyone: Option<Everyone>,
    /// The types of the subjects of a directory.
    pub subject_types: SubjectTypes,
    /// The scopes in the order in which their names first appear.
    pub scopes: Vec<String>,
    /// The distinct conditions.
    pub conditions: Vec<Condition>,
    /// The modules, depth first, a parent before its children.
    pub modules: Vec<Module>,
    /// The permissions, module by module.
    pub permissions: Vec<Permission>,
    /// Former names of permissions, as `module:action`, ascending.
    pub aliases: Vec<Alias>,
    /// Former whole ids of modules, ascending.
    pub former_modules: Vec<FormerModule>,
    /// The distinct sets of scopes that grants name, each ascending.
    pub scope_sets: Vec<Vec<ScopeIndex>>,
    /// The roles: built-in ones in catalog order, then the tenant's.
    pub roles: Vec<Role>,
    /// The most roles that a tenant may define, if that is limited.
    pub custom_roles_max: Option<u32>,
    /// Which permissions stand for which operations.
    pub administration: Vec<Administration>,
    /// The routes of the product's API, in the order written.
    pub routes: Vec<portcullis_gate::routes::Route>,
    /// Where each stands in the source: one with several hosts is a route for each.
    pub route_places: Vec<usize>,
    /// What the customer defines.
    pub tenant: Tenant,
    /// What the author should know though the policy stands.
    pub warnings: Vec<Problem>,
}

/// The declared attributes, by whose they are, in catalog order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Attributes of subjects.
    pub subject: Vec<String>,
    /// Attributes of actions.
    pub action: Vec<String>,
    /// Attributes of the context.
    pub context: Vec<String>,
    /// Attributes of resources.
    pub resource: Vec<String>,
    /// The attribute that holds teams.
    pub team: Option<String>,
    /// Subject attributes that are never taken from a request.
    pub directory_only: Vec<String>,
}

/// A disjunction of conjunctions of atoms, sorted and distinct.
///
/// `true` is left out of a conjunction, so an empty one is always true.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition(pub Vec<Vec<Atom>>);

/// Features that must be on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Whether one of them is enough.
    pub any: bool,
    /// The features, ascending and distinct; at least one.
    pub features: Vec<FeatureIndex>,
}

/// A module of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// Its whole id, with dots.
    pub id: String,
    /// What people call it, if it has a label.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The module above it.
    pub parent: Option<ModuleIndex>,
    /// What it requires besides what those above it do; of a root module, the catalog's too.
    pub requires: Vec<Requirement>,
}

/// An action on a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Its module.
    pub module: ModuleIndex,
    /// Its whole name, `module:action`.
    pub name: String,
    /// Its action.
    pub action: String,
    /// What kind of action that is.
    pub kind: Kind,
    /// What people call it, if it has a label.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it requires besides what its module does.
    pub requires: Option<Requirement>,
    /// The scopes it supports, ascending, each with its condition.
    pub scopes: Vec<(ScopeIndex, ConditionIndex)>,
    /// The lists of roles of which it needs to be in each to be held; all when empty.
    pub only: Vec<Vec<RoleIndex>>,
    /// The built-in roles that get it when it is new.
    pub default_for: Vec<RoleIndex>,
    /// Permissions of its module without which it makes no sense.
    pub needs: Vec<PermissionIndex>,
}

impl Permission {
    /// Returns whether it supports that scope.
    #[must_use]
    pub fn supports(&self, scope: ScopeIndex) -> bool {
        self.scopes.iter().any(|(supported, _)| *supported == scope)
    }

    /// Returns whether that role may hold it.
    #[must_use]
    pub fn may_be_held_by(&self, role: RoleIndex) -> bool {
        self.only.iter().all(|roles| roles.contains(&role))
    }
}

/// A former name of a permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The former name, `module:action`.
    pub name: String,
    /// What answers under it.
    pub permission: PermissionIndex,
}

/// A former whole id of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerModule {
    /// The former id.
    pub id: String,
    /// The module that had it.
    pub module: ModuleIndex,
}

/// A role with its effective grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// What people call it, if it has a label.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the catalog defines it.
    pub built_in: bool,
    /// Whether it can never be deleted.
    pub permanent: bool,
    /// Whether a tenant may change its grants.
    pub editable: bool,
    /// Whether it can be used yet.
    pub available: bool,
    /// Whether a token or the header of a trusted peer may state it.
    pub claimable: bool,
    /// The roles that it may administer.
    pub manages: Manages,
    /// The role it is a copy of.
    pub base: Option<RoleIndex>,
    /// What it grants, ascending by permission, with the tenant's edits.
    pub grants: Vec<Grant>,
    /// What the catalog grants it, where the tenant edited that.
    pub grants_unedited: Option<Vec<Grant>>,
}

/// A permission at some scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The permission.
    pub permission: PermissionIndex,
    /// The scopes.
    pub scopes: ScopeSetIndex,
}

/// The roles that a role may administer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Manages {
    /// None.
    #[default]
    None,
    /// These, ascending.
    Roles(Vec<RoleIndex>),
    /// Every role.
    All,
}

/// A permission that stands for operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administration {
    /// The permission.
    pub permission: PermissionIndex,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// The role that everybody holds who is identified and of one of the types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Everyone {
    /// The role, which the catalog defines.
    pub role: RoleIndex,
    /// The types, ascending and distinct; at least one.
    pub types: Vec<String>,
}

/// What the customer defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenant {
    /// The tenant's id.
    pub id: String,
    /// The features that are on, ascending, those that end among them.
    pub features: Vec<FeatureIndex>,
    /// When features are no longer on that end.
    pub feature_ends: BTreeMap<FeatureIndex, UnixSeconds>,
    /// When a change of roles reaches those who are signed in.
    pub role_changes: RoleChanges,
    /// First second at which a sign-in counts, of whomever; never 0.
    pub sessions_from: Option<UnixSeconds>,
    /// The roles of the members of groups, ascending by id.
    pub groups: Vec<Group>,
    /// What is known of subjects, ascending by type and id.
    pub directory: Vec<Person>,
    /// Ids of deleted roles.
    pub retired: Vec<String>,
}

/// A role, held globally or on one team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The role.
    pub role: RoleIndex,
    /// The team it is bound to.
    pub team: Option<String>,
    /// First second at which it does not count; nothing where it lasts.
    pub until: Option<UnixSeconds>,
}

/// A group and the roles of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// The roles, ascending and distinct.
    pub roles: Vec<Binding>,
}

/// What the directory says of one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The subject's type.
    pub kind: String,
    /// The subject's id.
    pub id: String,
    /// Whether it holds nothing, whatever gives it a role.
    pub inactive: bool,
    /// First second at which its sign-in counts; never 0.
    pub sessions_from: Option<UnixSeconds>,
    /// Its roles, ascending and distinct.
    pub roles: Vec<Binding>,
    /// Its groups, ascending and distinct.
    pub groups: Vec<String>,
    /// Its attributes in the order declared, each with its values, ascending and distinct.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl Model {
    /// Returns the permission of that name, or the one that has it as a former name.
    #[must_use]
    pub fn permission(&self, name: &str) -> Option<PermissionIndex> {
        // Linear: for people's questions, not for a request's.
        let position = self.permissions.iter().position(|known| known.name == name);
        position
            .and_then(|position| u16::try_from(position).ok())
            .map(PermissionIndex)
            .or_else(|| {
                let alias = self.aliases.iter().find(|alias| alias.name == name)?;
                Some(alias.permission)
            })
    }

    /// Returns the module of that whole id, or the one that has it as a former id.
    #[must_use]
    pub fn module(&self, id: &str) -> Option<&Module> {
        self.modules
            .iter()
            .find(|known| known.id == id)
            .or_else(|| {
                let former = self.former_modules.iter().find(|former| former.id == id)?;
                self.modules.get(former.module.get())
            })
    }

    /// Returns the role of that id.
    #[must_use]
    pub fn role(&self, id: &str) -> Option<RoleIndex> {
        let position = self.roles.iter().position(|role| role.id == id)?;
        u16::try_from(position).ok().map(RoleIndex)
    }

    /// Returns the built-in role that a role stands as: itself, or what it was once copied from.
    #[must_use]
    pub fn stands_as(&self, role: RoleIndex) -> RoleIndex {
        let mut current = role;
        // INVARIANT (acyclic): the compiler refuses a cycle of bases; the bound is a second fence.
        for _ in 0..self.roles.len() {
            match self.roles.get(current.get()) {
                Some(Role {
                    built_in: false,
                    base: Some(base),
                    ..
                }) => current = *base,
                Some(found) if found.built_in => return current,
                _ => break,
            }
        }
        role
    }

    /// Returns the scopes of a grant, ascending.
    #[must_use]
    pub fn scopes_of(&self, grant: Grant) -> &[ScopeIndex] {
        self.scope_sets
            .get(grant.scopes.get())
            .map_or(&[], Vec::as_slice)
    }
}
