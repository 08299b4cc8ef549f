//! Deciding: the six steps, and the canonical answer.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    attributes::{Attributes, is_value, set_of_id},
    catalog::{Catalog, Permission, Requirement},
    condition::{Atom, Condition, Party, Path},
    reference::Reference,
    request::{Request, Subject},
    residual::{OpenAtom, Residual},
    tenant::{Assignment, known_features},
    truth::{Test, Truth},
};

/// The subject with what groups and directory add.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) roles: BTreeSet<Assignment>,
    attributes: Attributes,
    /// The attributes that are given, `id` and `type` among them; the others are empty.
    given: BTreeSet<String>,
}

/// One grant of G; its order is the order in which the first true one is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    bound_to_team: bool,
    role: String,
    pub(crate) team: Option<String>,
    /// The scope's place in catalog order.
    pub(crate) place: usize,
}

/// What an atom may read beside the subject; an absent attribute of the resource is unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// `None` where it is unknown what is given.
    pub(crate) action: Option<&'a Attributes>,
    /// `None` where it is unknown what is given.
    pub(crate) context: Option<&'a Attributes>,
    pub(crate) resource: &'a Attributes,
}

impl Reference {
    /// Answers one request as the canonical members after `decision`, or why it is malformed.
    pub(crate) fn decide(&self, request: &Request) -> Result<Value, String> {
        // 1. The permission is in the catalog.
        let Some(permission) = self
            .catalog
            .permission(&request.module, &request.action_name)
        else {
            return Ok(deny("unknown-permission"));
        };

        // 2. Its module is open, and its own requirement holds.
        let features = match &request.features {
            Some(given) => known_features(&self.catalog, given.iter().cloned()),
            None => self.tenant.features.clone(),
        };
        let unmet = unmet_requirements(permission, &features);
        if !unmet.is_empty() {
            let missing: BTreeSet<&String> =
                unmet.iter().flat_map(|unmet| &unmet.features).collect();
            return Ok(
                json!({ "effect": "deny", "reason": "feature-disabled", "features": missing }),
            );
        }

        // 3. Some role grants it.
        let holder = self.holder(&request.subject);
        let grants = self.grants_on(permission, &holder);
        if grants.is_empty() {
            return Ok(deny("not-granted"));
        }

        // 4. The first grant that is true.
        let facts = Facts {
            action: Some(&request.action),
            context: Some(&request.context),
            resource: &request.resource,
        };
        let mut residual = Residual::default();
        for grant in &grants {
            let Some((scope, condition)) = self.condition(permission, grant) else {
                continue;
            };
            match self.evaluate(condition, grant, &holder, facts) {
                (Truth::True, _) => return Ok(allow(grant, scope)),
                (Truth::Unknown, open) => residual.0.extend(open.0),
                (Truth::False, _) => {}
            }
        }

        // 5. Else what is unknown, 6. else nothing.
        if residual.0.is_empty() {
            return Ok(deny("out-of-scope"));
        }
        let residual = residual.to_json();
        if residual.to_string().len() > RESIDUAL_BYTES_MAX {
            return Err("limit-exceeded: residual".to_owned());
        }
        Ok(json!({ "effect": "conditional", "reason": "conditional", "residual": residual }))
    }

    /// The subject's roles and attributes: its own, its groups', the directory's.
    pub(crate) fn holder(&self, subject: &Subject) -> Holder {
        let global = |role: &String| Assignment {
            role: role.clone(),
            team: None,
        };
        // Everybody's role follows from the subject's type alone, whoever states it.
        let everybodys = self.catalog.everyone.as_ref().map(|(role, _)| role);
        let stated = |role: &&String| Some(*role) != everybodys;
        let own = subject.roles.iter().filter(stated);
        let mut roles: BTreeSet<Assignment> = own.map(global).collect();
        // A team outside the grammar is unknown, and an unknown team grants nothing.
        for (team, bound) in subject.team_roles.iter().filter(|(team, _)| is_value(team)) {
            let bind = |role: &String| Assignment {
                role: role.clone(),
                team: Some(team.clone()),
            };
            roles.extend(bound.iter().filter(stated).map(bind));
        }
        let mut groups = subject.groups.clone();
        let mut attributes = subject.attributes.clone();
        // What the request states is given, whatever it states.
        let mut given: BTreeSet<String> = attributes.0.keys().cloned().collect();
        let key = (subject.kind.clone(), subject.id.clone());
        if let Some(entry) = self.tenant.directory.get(&key) {
            for (assignment, end) in &entry.roles {
                if end.is_none_or(|end| self.now < end) {
                    roles.insert(assignment.clone());
                }
            }
            groups.extend(entry.groups.iter().cloned());
            for (name, values) in &entry.attributes.0 {
                attributes.unite(name, values.iter().cloned());
                if !values.is_empty() {
                    given.insert(name.clone());
                }
            }
            // Of these an entry says everything that there is.
            given.extend(self.catalog.attributes.directory_only.iter().cloned());
        }
        for group in groups {
            roles.extend(
                self.tenant
                    .groups
                    .get(&group)
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
        }
        if let Some((role, types)) = &self.catalog.everyone
            && !subject.id.is_empty()
            && types.contains(&subject.kind)
        {
            roles.insert(global(role));
        }
        // Whoever is not active holds nothing, from wherever.
        let entry = self.tenant.directory.get(&key);
        if entry.is_some_and(|entry| !entry.active) {
            roles.clear();
        }
        for (name, value) in [("id", &subject.id), ("type", &subject.kind)] {
            attributes.unite(name, set_of_id(value));
            if !value.is_empty() {
                given.insert(name.to_owned());
            }
        }
        Holder {
            roles,
            attributes,
            given,
        }
    }

    /// G: every grant of the holder's roles on the permission, in the order of naming.
    pub(crate) fn grants_on(&self, permission: &Permission, holder: &Holder) -> BTreeSet<Grant> {
        let mut grants = BTreeSet::new();
        for Assignment { role, team } in &holder.roles {
            // Without a team attribute, what is bound to a team grants nothing.
            if team.is_some() && self.catalog.attributes.team.is_none() {
                continue;
            }
            // An unknown role, and one that is not yet available, grants nothing.
            let Some(definition) = self.roles.get(role).filter(|role| role.available) else {
                continue;
            };
            let Some(scopes) = definition.grants.0.get(&permission.name()) else {
                continue;
            };
            for (place, _) in in_catalog_order(&self.catalog, scopes) {
                grants.insert(Grant {
                    bound_to_team: team.is_some(),
                    role: role.clone(),
                    team: team.clone(),
                    place,
                });
            }
        }
        grants
    }

    /// The scope of a grant, and what it means for the permission.
    pub(crate) fn condition<'a>(
        &self,
        permission: &'a Permission,
        grant: &Grant,
    ) -> Option<(&'a String, &'a Condition)> {
        let scope = self.catalog.scopes.get(grant.place)?;
        permission.scopes.get_key_value(scope)
    }

    /// The truth of a grant, and its conjunctions that are unknown with their known atoms dropped.
    pub(crate) fn evaluate(
        &self,
        condition: &Condition,
        grant: &Grant,
        holder: &Holder,
        facts: Facts<'_>,
    ) -> (Truth, Residual) {
        let mut subject = holder.attributes.clone();
        let mut team_atom = None;
        if let (Some(team), Some(attribute)) = (&grant.team, &self.catalog.attributes.team) {
            subject.unite(attribute, [team.clone()]);
            let test = Test::In(BTreeSet::from([team.clone()]));
            team_atom = Some(Atom::Test(Path::resource(attribute), test));
        }
        let mut residual = Residual::default();
        let truth = Truth::any(condition.0.iter().map(|conjunction| {
            let mut open = BTreeSet::new();
            let truth = Truth::all(conjunction.iter().chain(&team_atom).map(|atom| {
                let Some((path, test)) = fill(atom, &subject) else {
                    return Truth::True;
                };
                let truth = test.truth(known(&path, &subject, facts));
                let truth = truth.min(has_its_data(atom, holder, facts));
                if truth == Truth::Unknown {
                    open.insert(OpenAtom {
                        attribute: path.attribute,
                        test,
                    });
                }
                truth
            }));
            if truth == Truth::Unknown {
                residual.0.insert(open);
            }
            truth
        }));
        (truth, residual)
    }
}

/// The requirements of the permission and its place that do not hold.
pub(crate) fn unmet_requirements<'a>(
    permission: &'a Permission,
    features: &BTreeSet<String>,
) -> Vec<&'a Requirement> {
    permission
        .requires
        .iter()
        .filter(|requirement| !requirement.holds(features))
        .collect()
}

/// The set of an attribute, if it is known; what is not given is empty, save of a resource.
fn known<'a>(
    path: &Path,
    subject: &'a Attributes,
    facts: Facts<'a>,
) -> Option<&'a BTreeSet<String>> {
    static EMPTY: BTreeSet<String> = BTreeSet::new();
    let or_empty = |of: &'a Attributes| of.get(&path.attribute).unwrap_or(&EMPTY);
    match path.party {
        Party::Subject => Some(or_empty(subject)),
        Party::Action => facts.action.map(or_empty),
        Party::Context => facts.context.map(or_empty),
        Party::Resource => facts.resource.get(&path.attribute),
    }
}

/// Whether what a negative atom reads is given; any other atom needs nothing.
fn has_its_data(atom: &Atom, holder: &Holder, facts: Facts<'_>) -> Truth {
    let path = match atom {
        Atom::Test(path, Test::NotIn(_)) => path,
        Atom::Differs(name, path) if holder.given.contains(name) => path,
        Atom::Differs(..) => return Truth::False,
        Atom::True | Atom::Shares(..) | Atom::Test(..) => return Truth::True,
    };
    let stated = |of: Option<&Attributes>| match of {
        Some(of) => of.get(&path.attribute).is_some().into(),
        None => Truth::Unknown,
    };
    match path.party {
        Party::Subject => holder.given.contains(&path.attribute).into(),
        Party::Action => stated(facts.action),
        Party::Context => stated(facts.context),
        // Unknown where it is not given, so that the origin decides.
        Party::Resource => Truth::True,
    }
}

/// The atom with the subject's values filled in: `None` is the atom `true`.
fn fill(atom: &Atom, subject: &Attributes) -> Option<(Path, Test)> {
    match atom {
        Atom::True => None,
        Atom::Test(path, test) => Some((path.clone(), test.clone())),
        Atom::Shares(name, path) => {
            let values = subject.get(name).cloned().unwrap_or_default();
            Some((path.clone(), Test::In(values)))
        }
        Atom::Differs(name, path) => {
            let values = subject.get(name).cloned().unwrap_or_default();
            Some((path.clone(), Test::NotIn(values)))
        }
    }
}

fn in_catalog_order<'a>(
    catalog: &'a Catalog,
    scopes: &'a BTreeSet<String>,
) -> impl Iterator<Item = (usize, &'a String)> {
    catalog
        .scopes
        .iter()
        .enumerate()
        .filter(|(_, name)| scopes.contains(*name))
}

fn allow(grant: &Grant, scope: &str) -> Value {
    let mut members = Map::new();
    members.insert("effect".to_owned(), "allow".into());
    members.insert("reason".to_owned(), "granted".into());
    members.insert("role".to_owned(), grant.role.clone().into());
    members.insert("scope".to_owned(), scope.into());
    if let Some(team) = &grant.team {
        members.insert("team".to_owned(), team.clone().into());
    }
    Value::Object(members)
}

fn deny(reason: &str) -> Value {
    json!({ "effect": "deny", "reason": reason })
}

/// The most bytes of a residual in canonical form.
const RESIDUAL_BYTES_MAX: usize = 16 * 1024;
