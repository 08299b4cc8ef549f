//! The names that a bundle's tenant uses, as far as the bundle says.

use portcullis_engine::Policy;
use portcullis_policy::model::SubjectTypes;

/// Groups, teams and types of subjects.
#[derive(Debug, Default)]
pub(crate) struct TenantNames {
    /// Those that are mapped to roles.
    pub(crate) groups: Vec<String>,
    /// Those that roles are bound to.
    pub(crate) teams: Vec<String>,
    pub(crate) types: Vec<String>,
}

impl TenantNames {
    pub(crate) fn of(policy: &Policy) -> Self {
        let bundle = policy.bundle();
        let Some(payload) = bundle.payload() else {
            return Self::default();
        };
        let tenant = &payload.tenant;
        let groups = tenant.groups.iter();
        let groups = groups.filter(|group| !group.is_everybodys());
        let (mut ids, mut teams) = (Vec::new(), Vec::new());
        for group in groups {
            ids.push(group.id.to_owned());
            teams.extend(group.roles.iter().map(|binding| binding.team.to_owned()));
        }
        for person in tenant.directory.iter() {
            teams.extend(person.roles.iter().map(|binding| binding.team.to_owned()));
        }
        teams.retain(|team| !team.is_empty());
        teams.sort_unstable();
        teams.dedup();
        let types = tenant.additions.subject_types.iter();
        let mut types: Vec<String> = types.map(str::to_owned).collect();
        if types.is_empty() {
            types = SubjectTypes::default().names().to_vec();
        }
        Self {
            groups: ids,
            teams,
            types,
        }
    }
}
