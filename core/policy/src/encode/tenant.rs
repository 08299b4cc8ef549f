//! The tenant's section.

use portcullis_engine::format::{
    Binding, DEFAULT_SUBJECT_TYPES, ENDING, EndingBinding, FeatureEnd, Group, List, NO_GROUP,
    Person, PersonAttribute, Role, RoleChanges, RoleOrigin, SESSIONS_FROM,
};
use portcullis_engine::limits::FEATURE_ENDS_MAX;

use super::catalog::{feature_numbers, of};
use super::intern::Interner;
use super::runs::TenantRuns;
use super::{UnencodablePolicy, check_count, pack, push};
use crate::model::{self, Model, RoleIndex, ScopeSetIndex};
use crate::source;

impl TenantRuns {
    pub(super) fn of_model(
        model: &Model,
        without_directory: bool,
    ) -> Result<Self, UnencodablePolicy> {
        let numbers = feature_numbers(model);
        let ends = &model.tenant.feature_ends;
        if ends.len() > FEATURE_ENDS_MAX {
            return Err(UnencodablePolicy::TooMany {
                what: "features that end",
                most: FEATURE_ENDS_MAX,
            });
        }
        let mut feature_ends = ends
            .iter()
            .map(|(feature, until)| FeatureEnd {
                feature: of(&numbers, *feature),
                until: until.0,
            })
            .collect::<Vec<_>>();
        feature_ends.sort_unstable_by_key(|end| end.feature);
        let enabled = model.tenant.features.iter();
        let mut features = enabled
            .filter(|feature| !ends.contains_key(feature))
            .map(|feature| of(&numbers, *feature))
            .collect::<Vec<_>>();
        features.sort_unstable();
        let role_changes = match model.tenant.role_changes {
            source::RoleChanges::Instant => RoleChanges::Instant,
            source::RoleChanges::NextSession => RoleChanges::NextSession,
        };
        let mut parts = Self::new(pack(features)?, role_changes);
        parts.feature_ends = pack(feature_ends)?;
        parts.sessions_from = model.tenant.sessions_from.map_or(0, |from| from.0);
        let mut types = model.subject_types.names().to_vec();
        types.sort_unstable();
        if types != DEFAULT_SUBJECT_TYPES {
            parts.subject_types = pack(types)?;
        }
        let order = RoleOrder::new(model);
        parts.encode_roles(model, &order)?;
        if let Some(everyone) = &model.everyone {
            let role = order.number(everyone.role);
            let types = everyone.types.iter();
            let roles = pack(types.map(|kind| Binding { role, team: kind }))?;
            let wire = Group {
                id: NO_GROUP,
                roles: List::new(&roles),
            };
            push(&mut parts.groups, &wire)?;
        }
        for group in &model.tenant.groups {
            let roles = order.bindings(&group.roles)?;
            let wire = Group {
                id: &group.id,
                roles: List::new(&roles),
            };
            push(&mut parts.groups, &wire)?;
        }
        if !without_directory {
            for person in &model.tenant.directory {
                parts.encode_person(model, &order, person)?;
            }
        }
        Ok(parts)
    }

    fn encode_roles(&mut self, model: &Model, order: &RoleOrder) -> Result<(), UnencodablePolicy> {
        // Only sets that some role uses go on the wire.
        let mut sets = Interner::<ScopeSetIndex>::new("different sets of scopes");
        for role in &order.roles {
            let Some(role) = model.roles.get(role.get()) else {
                continue;
            };
            let mut grants = Vec::new();
            let mut next = 0_u32;
            for grant in &role.grants {
                let permission = u32::from(grant.permission.0);
                push(&mut grants, &permission.saturating_sub(next))?;
                push(&mut grants, &sets.number(&grant.scopes)?)?;
                next = permission.saturating_add(1);
            }
            let wire = Role {
                id: &role.id,
                label: role.label.as_deref().unwrap_or_default(),
                origin: RoleOrigin::new(role.built_in, role.claimable),
                available: role.available,
                grants: &grants,
            };
            push(&mut self.roles, &wire)?;
        }
        let mut members = 0_usize;
        for set in sets.all() {
            let scopes = model
                .scope_sets
                .get(set.get())
                .map_or(&[][..], Vec::as_slice);
            let wire = pack(scopes.iter().map(|scope| scope.0))?;
            members = members.saturating_add(scopes.len());
            push(&mut self.scope_sets, &List::<u16>::new(&wire))?;
        }
        check_count("scopes in different sets", members)
    }

    fn encode_person(
        &mut self,
        model: &Model,
        order: &RoleOrder,
        person: &model::Person,
    ) -> Result<(), UnencodablePolicy> {
        let mut attributes = Vec::new();
        for (name, values) in &person.attributes {
            let position = model
                .attributes
                .subject
                .iter()
                .position(|known| known == name);
            let Some(attribute) = position.and_then(|position| u16::try_from(position).ok()) else {
                continue;
            };
            let values = pack(values)?;
            let wire = PersonAttribute {
                attribute,
                values: List::new(&values),
            };
            push(&mut attributes, &wire)?;
        }
        let sessions_from = pack(person.sessions_from.map(|from| from.0))?;
        let ending = order.ending(&person.roles)?;
        for (attribute, run) in [(SESSIONS_FROM, &sessions_from), (ENDING, &ending)] {
            if !run.is_empty() {
                let values = List::new(run);
                let wire = PersonAttribute { attribute, values };
                push(&mut attributes, &wire)?;
            }
        }
        let marker = person.inactive.then_some(NO_GROUP);
        let groups = person.groups.iter().map(String::as_str);
        let groups = pack(marker.into_iter().chain(groups))?;
        let roles = order.bindings(&person.roles)?;
        let wire = Person {
            kind: &person.kind,
            id: &person.id,
            roles: List::new(&roles),
            groups: List::new(&groups),
            attributes: List::new(&attributes),
        };
        push(&mut self.directory, &wire)
    }
}

/// The roles as they ascend on the wire, by id.
struct RoleOrder {
    roles: Vec<RoleIndex>,
    /// Of each role of the model, its number on the wire.
    numbers: Vec<u16>,
}

impl RoleOrder {
    fn new(model: &Model) -> Self {
        let mut sorted = model
            .roles
            .iter()
            .zip((0..).map(RoleIndex))
            .collect::<Vec<_>>();
        sorted.sort_unstable_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let roles = sorted
            .into_iter()
            .map(|(_, index)| index)
            .collect::<Vec<_>>();
        let mut numbers = vec![0; roles.len()];
        for (role, number) in roles.iter().zip(0_u16..) {
            if let Some(slot) = numbers.get_mut(role.get()) {
                *slot = number;
            }
        }
        Self { roles, numbers }
    }

    fn number(&self, role: RoleIndex) -> u16 {
        self.numbers.get(role.get()).copied().unwrap_or_default()
    }

    fn bindings(&self, bindings: &[model::Binding]) -> Result<Vec<u8>, UnencodablePolicy> {
        let mut wire = bindings
            .iter()
            .filter(|binding| binding.until.is_none())
            .map(|binding| Binding {
                role: self.number(binding.role),
                team: binding.team.as_deref().unwrap_or_default(),
            })
            .collect::<Vec<_>>();
        wire.sort_unstable_by_key(|binding| (binding.role, binding.team));
        pack(wire)
    }

    /// Encodes the bindings that end.
    fn ending(&self, bindings: &[model::Binding]) -> Result<Vec<u8>, UnencodablePolicy> {
        let ending = bindings.iter().filter_map(|binding| {
            Some(EndingBinding {
                role: self.number(binding.role),
                team: binding.team.as_deref().unwrap_or_default(),
                until: binding.until?.0,
            })
        });
        let mut wire = ending.collect::<Vec<_>>();
        wire.sort_unstable_by_key(|binding| (binding.role, binding.team));
        pack(wire)
    }
}
