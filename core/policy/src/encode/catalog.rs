//! The catalog's section.

use portcullis_engine::format::{
    Alias, Atom as WireAtom, List, Module, Permission, Requirement, ScopeRow, Source,
    SubjectAttribute, TeamAttribute,
};

use super::intern::Interner;
use super::runs::CatalogRuns;
use super::{UnencodablePolicy, check_count, pack, push};
use crate::atom::{Atom, Entity, Reference};
use crate::model::{self, ConditionIndex, FeatureIndex, Model, ScopeIndex};

/// A permission's scopes, each with its condition.
type ScopeTable = Vec<(ScopeIndex, ConditionIndex)>;

impl CatalogRuns {
    pub(super) fn of_model(model: &Model) -> Result<Self, UnencodablePolicy> {
        let attributes = &model.attributes;
        let mut features = model.features.iter().collect::<Vec<_>>();
        features.sort_unstable();
        let names = attributes.subject.iter().map(|name| SubjectAttribute {
            name,
            directory_only: attributes.directory_only.contains(name),
        });
        let mut parts = Self {
            features: pack(features)?,
            subject_attributes: pack(names)?,
            action_attributes: pack(&attributes.action)?,
            context_attributes: pack(&attributes.context)?,
            resource_attributes: pack(&attributes.resource)?,
            team_attribute: team_attribute(attributes),
            scopes: pack(&model.scopes)?,
            aliases: pack(model.aliases.iter().map(|alias| Alias {
                name: &alias.name,
                permission: alias.permission.0,
            }))?,
            ..Self::default()
        };
        let names = model.permissions.len().saturating_add(model.aliases.len());
        check_count("permissions and former names", names)?;
        parts.encode_modules(model)?;
        Ok(parts)
    }

    fn encode_modules(&mut self, model: &Model) -> Result<(), UnencodablePolicy> {
        let features = feature_numbers(model);
        let mut actions = Interner::new("actions");
        let mut tables = Interner::<ScopeTable>::new("scope tables");
        let mut requirements = Interner::<(bool, Vec<u16>)>::new("requirements");
        let mut number = |requirement: &model::Requirement| {
            let mut numbers = requirement
                .features
                .iter()
                .map(|feature| of(&features, *feature))
                .collect::<Vec<_>>();
            numbers.sort_unstable();
            requirements.number(&(requirement.any, numbers))
        };
        // INVARIANT (order): permissions lie module by module, as the format numbers them.
        let mut rest = model.permissions.as_slice();
        for (module, index) in model.modules.iter().zip(0_u16..) {
            let (own, after) =
                rest.split_at(rest.partition_point(|permission| permission.module.0 <= index));
            rest = after;
            let mut permissions = Vec::new();
            for permission in own {
                let wire = Permission {
                    action: actions.number(&permission.action)?,
                    requires: permission
                        .requires
                        .as_ref()
                        .map(&mut number)
                        .transpose()?
                        .into(),
                    scopes: tables.number(&permission.scopes)?,
                };
                push(&mut permissions, &wire)?;
            }
            let mut requires = module
                .requires
                .iter()
                .map(&mut number)
                .collect::<Result<Vec<_>, _>>()?;
            requires.sort_unstable();
            requires.dedup();
            let requires = pack(requires)?;
            let wire = Module {
                id: &module.id,
                label: module.label.as_deref().unwrap_or_default(),
                parent: module.parent.map(|parent| parent.0).into(),
                requires: List::new(&requires),
                permissions: List::new(&permissions),
            };
            push(&mut self.modules, &wire)?;
        }
        self.actions = pack(actions.all())?;
        for (any, features) in requirements.all() {
            let features = pack(features)?;
            let wire = Requirement {
                any: *any,
                features: List::new(&features),
            };
            push(&mut self.requirements, &wire)?;
        }
        self.encode_scope_tables(model, tables.all())
    }

    fn encode_scope_tables(
        &mut self,
        model: &Model,
        tables: &[ScopeTable],
    ) -> Result<(), UnencodablePolicy> {
        // Only conditions that some permission uses go on the wire.
        let mut conditions = Interner::<ConditionIndex>::new("conditions");
        let mut rows = 0_usize;
        for table in tables {
            let mut wire = Vec::new();
            for (scope, condition) in table {
                let condition = conditions.number(condition)?;
                let scope = scope.0;
                push(&mut wire, &ScopeRow { scope, condition })?;
            }
            rows = rows.saturating_add(table.len());
            push(&mut self.scope_tables, &List::<ScopeRow>::new(&wire))?;
        }
        check_count("scopes in different tables", rows)?;
        let (mut conjunctions, mut atoms) = (0_usize, 0_usize);
        for condition in conditions.all() {
            let mut any = Vec::new();
            let source = model.conditions.get(condition.get());
            for conjunction in source.into_iter().flat_map(|condition| &condition.0) {
                let mut all = Vec::new();
                for atom in conjunction {
                    encode_atom(&mut all, atom, &model.attributes)?;
                }
                atoms = atoms.saturating_add(conjunction.len());
                conjunctions = conjunctions.saturating_add(1);
                push(&mut any, &List::<WireAtom<'_>>::new(&all))?;
            }
            push(
                &mut self.conditions,
                &List::<List<'_, WireAtom<'_>>>::new(&any),
            )?;
        }
        check_count("alternatives in conditions", conjunctions)?;
        check_count("atoms", atoms)
    }
}

fn encode_atom(
    run: &mut Vec<u8>,
    atom: &Atom,
    attributes: &model::Attributes,
) -> Result<(), UnencodablePolicy> {
    let source = |reference: &Reference| source(reference, attributes);
    let of_subject = |attribute: &String| {
        source(&Reference {
            entity: Entity::Subject,
            attribute: attribute.clone(),
        })
    };
    let of_resource = |attribute: &String| {
        source(&Reference {
            entity: Entity::Resource,
            attribute: attribute.clone(),
        })
    };
    match atom {
        // INVARIANT (true): the compiler leaves it out of conjunctions.
        Atom::True => Ok(()),
        Atom::Shares { subject, with } => {
            push(run, &WireAtom::Shares(of_subject(subject)?, source(with)?))
        }
        Atom::Differs { subject, with } => {
            push(run, &WireAtom::Differs(of_subject(subject)?, source(with)?))
        }
        Atom::Is { of, constants } => {
            let constants = pack(constants)?;
            push(run, &WireAtom::Is(source(of)?, List::new(&constants)))
        }
        Atom::Lacks { of, constants } => {
            let constants = pack(constants)?;
            push(run, &WireAtom::Lacks(source(of)?, List::new(&constants)))
        }
        Atom::Within { of, constants } => {
            let constants = pack(constants)?;
            push(run, &WireAtom::Within(source(of)?, List::new(&constants)))
        }
        Atom::Present { resource } => push(run, &WireAtom::Present(of_resource(resource)?)),
        Atom::Absent { resource } => push(run, &WireAtom::Absent(of_resource(resource)?)),
    }
}

fn source(
    reference: &Reference,
    attributes: &model::Attributes,
) -> Result<Source, UnencodablePolicy> {
    let name = reference.attribute.as_str();
    match (reference.entity, name) {
        (Entity::Subject, "id") => return Ok(Source::SubjectId),
        (Entity::Subject, "type") => return Ok(Source::SubjectType),
        (Entity::Resource, "id") => return Ok(Source::ResourceId),
        _ => {}
    }
    let (names, source): (_, fn(u16) -> Source) = match reference.entity {
        Entity::Subject => (&attributes.subject, Source::Subject),
        Entity::Action => (&attributes.action, Source::Action),
        Entity::Context => (&attributes.context, Source::Context),
        Entity::Resource => (&attributes.resource, Source::Resource),
    };
    position(names, name)
        .map(source)
        .ok_or(UnencodablePolicy::TooMany {
            what: "attributes",
            most: super::COUNT_MAX,
        })
}

fn team_attribute(attributes: &model::Attributes) -> Option<TeamAttribute> {
    let team = attributes.team.as_deref()?;
    Some(TeamAttribute {
        subject: position(&attributes.subject, team),
        resource: position(&attributes.resource, team)?,
    })
}

fn position(names: &[String], name: &str) -> Option<u16> {
    let position = names.iter().position(|known| known == name)?;
    u16::try_from(position).ok()
}

/// Returns the number on the wire of each feature: they ascend there by name.
pub(super) fn feature_numbers(model: &Model) -> Vec<u16> {
    let mut sorted = model.features.iter().zip(0_usize..).collect::<Vec<_>>();
    sorted.sort_unstable();
    let mut numbers = vec![0; sorted.len()];
    for ((_, index), number) in sorted.into_iter().zip(0_u16..) {
        if let Some(slot) = numbers.get_mut(index) {
            *slot = number;
        }
    }
    numbers
}

pub(super) fn of(numbers: &[u16], feature: FeatureIndex) -> u16 {
    numbers.get(feature.get()).copied().unwrap_or_default()
}
