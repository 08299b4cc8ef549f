//! The encoder of slices: what is reached, with numbers of its own.

use portcullis_engine::format::{
    Alias, Atom, Binding, Catalog, ENDING, EndingBinding, FeatureEnd, Group, Header, List, Module,
    NO_GROUP, OptionalIndex, Payload, Permission, Person, PersonAttribute, Requirement, Role,
    SESSIONS_FROM, ScopeRow, Source, TeamAttribute, Tenant,
};
use portcullis_engine::{Policy, RoleId};

use super::reach::Reach;
use super::renumber::Kept;
use crate::encode::intern::Interner;
use crate::encode::runs::{CatalogRuns, TenantRuns};
use crate::encode::{COUNT_MAX, UnencodablePolicy, pack, push};

/// Encodes the payload of a slice.
pub(super) fn cut(
    policy: &Policy,
    whole: &Payload<'_>,
    reach: &Reach<'_>,
    header: Header<'_>,
) -> Result<Vec<u8>, UnencodablePolicy> {
    let catalog = CatalogRuns::reached(&whole.catalog, reach)?;
    let tenant = TenantRuns::reached(policy, &whole.tenant, reach, header.issued_at)?;
    let payload = Payload {
        header,
        catalog: catalog.wire(),
        tenant: tenant.wire(),
        routes: &[],
    };
    Ok(postcard::to_extend(&payload, Vec::new())?)
}

impl CatalogRuns {
    fn reached(whole: &Catalog<'_>, reach: &Reach<'_>) -> Result<Self, UnencodablePolicy> {
        let attributes = &reach.attributes;
        let team = whole.team_attribute.filter(|_| reach.teams);
        let team_attribute = team.and_then(|team| {
            Some(TeamAttribute {
                // Where no condition reads it, what a binding adds to it is never seen.
                subject: team.subject.and_then(|own| attributes.subject.number(own)),
                resource: attributes.resource.number(team.resource)?,
            })
        });
        let permissions = permissions(reach);
        let aliases = whole.aliases.iter().filter_map(|alias| {
            let permission = permissions.number(alias.permission)?;
            Some(Alias {
                permission,
                ..alias
            })
        });
        let mut runs = Self {
            features: kept(&reach.features, whole.features.iter())?,
            subject_attributes: kept(&attributes.subject, whole.subject_attributes.iter())?,
            action_attributes: kept(&attributes.action, whole.action_attributes.iter())?,
            context_attributes: kept(&attributes.context, whole.context_attributes.iter())?,
            resource_attributes: kept(&attributes.resource, whole.resource_attributes.iter())?,
            team_attribute,
            scopes: kept(&reach.scopes, whole.scopes.iter())?,
            aliases: pack(aliases)?,
            ..Self::default()
        };
        runs.keep_modules(whole, reach)?;
        Ok(runs)
    }

    fn keep_modules(
        &mut self,
        whole: &Catalog<'_>,
        reach: &Reach<'_>,
    ) -> Result<(), UnencodablePolicy> {
        let names = whole.actions.iter().collect::<Vec<_>>();
        let mut actions = Interner::<&str>::new("actions");
        let mut tables = Interner::<Vec<(u16, u16)>>::new("scope tables");
        let mut requirements = Requirements::new(whole, reach);
        let mut number = 0_u16;
        for (old, module) in (0_u16..).zip(whole.modules.iter()) {
            let mut permissions = Vec::new();
            for permission in module.permissions.iter() {
                let rows = reach.permissions.get(&number);
                number = number.saturating_add(1);
                let Some(rows) = rows else { continue };
                let rows = rows.iter().filter_map(|row| {
                    let scope = reach.scopes.number(row.scope.0)?;
                    Some((scope, row.condition.0))
                });
                let name = names.get(usize::from(permission.action)).copied();
                let wire = Permission {
                    action: actions.number(&name.unwrap_or_default())?,
                    requires: requirements.number_if_any(permission.requires)?,
                    scopes: tables.number(&rows.collect())?,
                };
                push(&mut permissions, &wire)?;
            }
            if !reach.modules.contains(old) {
                continue;
            }
            let mut requires = module
                .requires
                .iter()
                .map(|requirement| requirements.number(requirement))
                .collect::<Result<Vec<_>, _>>()?;
            requires.sort_unstable();
            requires.dedup();
            let requires = pack(requires)?;
            let parent = module.parent.get();
            let parent = parent.and_then(|parent| reach.modules.number(parent));
            let wire = Module {
                parent: parent.into(),
                requires: List::new(&requires),
                permissions: List::new(&permissions),
                ..module
            };
            push(&mut self.modules, &wire)?;
        }
        self.actions = pack(actions.all())?;
        self.requirements = requirements.pack()?;
        self.keep_conditions(whole, reach, tables.all())
    }

    fn keep_conditions(
        &mut self,
        whole: &Catalog<'_>,
        reach: &Reach<'_>,
        tables: &[Vec<(u16, u16)>],
    ) -> Result<(), UnencodablePolicy> {
        let conditions = Kept::from(reach.conditions.clone());
        for table in tables {
            let rows = table.iter().filter_map(|(scope, condition)| {
                Some(ScopeRow {
                    scope: *scope,
                    condition: conditions.number(*condition)?,
                })
            });
            let rows = pack(rows)?;
            push(&mut self.scope_tables, &List::<ScopeRow>::new(&rows))?;
        }
        for (_, condition) in conditions.of(whole.conditions.iter()) {
            let mut any = Vec::new();
            for conjunction in condition.iter() {
                let mut all = Vec::new();
                for atom in conjunction.iter() {
                    // INVARIANT (reached): every attribute of a kept condition is kept; an
                    // atom must never be lost, for without it the condition is wider.
                    let atom = renumber(&atom, reach).ok_or(UnencodablePolicy::TooMany {
                        what: "attributes",
                        most: COUNT_MAX,
                    })?;
                    push(&mut all, &atom)?;
                }
                push(&mut any, &List::<Atom<'_>>::new(&all))?;
            }
            push(&mut self.conditions, &List::<List<'_, Atom<'_>>>::new(&any))?;
        }
        Ok(())
    }
}

/// The requirements of what is kept, each without the features that are off.
///
/// What is kept is open, so a requirement of all features has none that is off, and
/// one of any feature still holds, and under fewer features holds as it did.
struct Requirements<'a> {
    whole: Vec<Requirement<'a>>,
    features: &'a Kept,
    interned: Interner<(bool, Vec<u16>)>,
}

impl<'a> Requirements<'a> {
    fn new(whole: &Catalog<'a>, reach: &'a Reach<'_>) -> Self {
        Self {
            whole: whole.requirements.iter().collect(),
            features: &reach.features,
            interned: Interner::new("requirements"),
        }
    }

    fn number_if_any(
        &mut self,
        requirement: OptionalIndex,
    ) -> Result<OptionalIndex, UnencodablePolicy> {
        let number = requirement.get().map(|own| self.number(own)).transpose()?;
        Ok(number.into())
    }

    fn number(&mut self, requirement: u16) -> Result<u16, UnencodablePolicy> {
        // INVARIANT (indices): a verified bundle has every requirement that it refers to.
        let requirement = self.whole.get(usize::from(requirement));
        let requirement = requirement.ok_or(UnencodablePolicy::TooMany {
            what: "requirements",
            most: COUNT_MAX,
        })?;
        let features = requirement.features.iter();
        let features = features.filter_map(|feature| self.features.number(feature));
        self.interned.number(&(requirement.any, features.collect()))
    }

    fn pack(&self) -> Result<Vec<u8>, UnencodablePolicy> {
        let mut run = Vec::new();
        for (any, features) in self.interned.all() {
            let features = pack(features)?;
            let wire = Requirement {
                any: *any,
                features: List::new(&features),
            };
            push(&mut run, &wire)?;
        }
        Ok(run)
    }
}

impl TenantRuns {
    fn reached(
        policy: &Policy,
        whole: &Tenant<'_>,
        reach: &Reach<'_>,
        made_at: u64,
    ) -> Result<Self, UnencodablePolicy> {
        // Every feature that is kept is on.
        let on = whole.features.iter();
        let on = pack(on.filter_map(|feature| reach.features.number(feature)))?;
        let mut runs = Self::new(on, whole.role_changes);
        let ends = whole.additions.feature_ends.iter().filter_map(|end| {
            let feature = reach.features.number(end.feature)?;
            Some(FeatureEnd { feature, ..end })
        });
        runs.feature_ends = pack(ends)?;
        runs.sessions_from = whole.sessions_from;
        runs.keep_roles(policy, whole, reach)?;
        for group in &reach.groups {
            let roles = bindings(group.roles, &reach.roles)?;
            let wire = Group {
                id: group.id,
                roles: List::new(&roles),
            };
            push(&mut runs.groups, &wire)?;
        }
        if let Some(person) = &reach.person {
            runs.keep_person(person, reach, made_at)?;
        }
        Ok(runs)
    }

    fn keep_roles(
        &mut self,
        policy: &Policy,
        whole: &Tenant<'_>,
        reach: &Reach<'_>,
    ) -> Result<(), UnencodablePolicy> {
        let permissions = permissions(reach);
        let mut sets = Interner::<Vec<u16>>::new("different sets of scopes");
        for (number, role) in reach.roles.of(whole.roles.iter()) {
            let mut run = Vec::new();
            let mut next = 0_u16;
            for grant in policy.grants(RoleId(number)) {
                let Some(permission) = permissions.number(grant.permission.0) else {
                    continue;
                };
                let scopes = grant.scopes.iter();
                let scopes = scopes.filter_map(|scope| reach.scopes.number(scope.0));
                push(&mut run, &permission.saturating_sub(next))?;
                push(&mut run, &sets.number(&scopes.collect())?)?;
                next = permission.saturating_add(1);
            }
            let wire = Role {
                grants: &run,
                ..role
            };
            push(&mut self.roles, &wire)?;
        }
        for set in sets.all() {
            let scopes = pack(set)?;
            push(&mut self.scope_sets, &List::<u16>::new(&scopes))?;
        }
        Ok(())
    }

    fn keep_person(
        &mut self,
        person: &Person<'_>,
        reach: &Reach<'_>,
        made_at: u64,
    ) -> Result<(), UnencodablePolicy> {
        let roles = bindings(person.roles, &reach.roles)?;
        // It says that somebody holds nothing.
        let known = |id: &&str| *id == NO_GROUP || reach.groups.iter().any(|group| group.id == *id);
        let groups = pack(person.groups.iter().filter(known))?;
        let mut attributes = pack(person.attributes.iter().filter_map(|own| {
            let attribute = match own.attribute {
                SESSIONS_FROM => SESSIONS_FROM,
                attribute => reach.attributes.subject.number(attribute)?,
            };
            Some(PersonAttribute { attribute, ..own })
        }))?;
        let ending = pack(person.ending().iter().filter_map(|own| {
            let role = reach.roles.number(own.role)?;
            (made_at < own.until).then_some(EndingBinding { role, ..own })
        }))?;
        if !ending.is_empty() {
            let wire = PersonAttribute {
                attribute: ENDING,
                values: List::new(&ending),
            };
            push(&mut attributes, &wire)?;
        }
        let is_empty = roles.is_empty() && groups.is_empty() && attributes.is_empty();
        // An entry without values still gives what only the directory may give.
        if is_empty && !reach.directory_only {
            return Ok(());
        }
        let wire = Person {
            roles: List::new(&roles),
            groups: List::new(&groups),
            attributes: List::new(&attributes),
            ..person.clone()
        };
        push(&mut self.directory, &wire)
    }
}

fn permissions(reach: &Reach<'_>) -> Kept {
    let numbers = reach.permissions.keys().copied();
    numbers.collect::<std::collections::BTreeSet<_>>().into()
}

fn kept<T: serde::Serialize>(
    kept: &Kept,
    all: impl Iterator<Item = T>,
) -> Result<Vec<u8>, UnencodablePolicy> {
    pack(kept.of(all).map(|(_, item)| item))
}

fn bindings(whole: List<'_, Binding<'_>>, roles: &Kept) -> Result<Vec<u8>, UnencodablePolicy> {
    pack(whole.iter().filter_map(|binding| {
        let role = roles.number(binding.role)?;
        Some(Binding { role, ..binding })
    }))
}

fn renumber<'a>(atom: &Atom<'a>, reach: &Reach<'_>) -> Option<Atom<'a>> {
    let attributes = &reach.attributes;
    let source = |source: Source| {
        Some(match source {
            Source::Subject(number) => Source::Subject(attributes.subject.number(number)?),
            Source::Action(number) => Source::Action(attributes.action.number(number)?),
            Source::Context(number) => Source::Context(attributes.context.number(number)?),
            Source::Resource(number) => Source::Resource(attributes.resource.number(number)?),
            Source::SubjectId | Source::SubjectType | Source::ResourceId => source,
        })
    };
    Some(match atom {
        Atom::Shares(left, right) => Atom::Shares(source(*left)?, source(*right)?),
        Atom::Differs(left, right) => Atom::Differs(source(*left)?, source(*right)?),
        Atom::Is(of, constants) => Atom::Is(source(*of)?, *constants),
        Atom::Lacks(of, constants) => Atom::Lacks(source(*of)?, *constants),
        Atom::Within(of, constants) => Atom::Within(source(*of)?, *constants),
        Atom::Present(of) => Atom::Present(source(*of)?),
        Atom::Absent(of) => Atom::Absent(source(*of)?),
    })
}
