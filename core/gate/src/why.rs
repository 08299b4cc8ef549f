//! What was read of somebody who was denied.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use portcullis_engine::Policy;
use portcullis_json::{write_list, write_member, write_string};

use crate::{
    config::{Claim, ClaimPath, Filling, IdentityConfig, TEAMS},
    identity::{Identity, StatedBy},
};

/// What was read of somebody who was denied, and what of it the policy does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// `token`, `payload` or `headers`.
    pub by: &'static str,
    /// The issuer of a token or of its payload.
    pub issuer: String,
    /// The roles that were stated, on teams too.
    pub roles: Stated,
    /// The groups.
    pub groups: Stated,
    /// The teams of the subject.
    pub teams: Stated,
    /// Roles that the policy does not have.
    pub unknown_roles: Some8,
    /// Roles that nobody may state.
    pub unclaimable_roles: Some8,
    /// Roles that the issuer may not state.
    pub roles_not_of_issuer: Some8,
    /// Groups that the tenant maps to no role.
    pub unmapped_groups: Some8,
}

/// How many values were read, and where they were looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// How many there were.
    pub count: usize,
    /// The claims, each as the names that lead to it, or the headers.
    pub from: Vec<String>,
}

/// How many names there are, and the first eight of them, each at most 64 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Some8 {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub names: Vec<String>,
}

impl Why {
    /// Notes what was read of an identity, and what its policy, if there is one, makes of it.
    pub(crate) fn of(
        config: &IdentityConfig,
        identity: &Identity,
        policy: Option<&Policy>,
    ) -> Self {
        let teams = identity.attributes.iter().find(|(name, _)| name == TEAMS);
        let mut own = Self {
            by: identity.by.name(),
            issuer: identity.by.issuer().to_owned(),
            roles: Stated::new(
                identity
                    .all_roles()
                    .count()
                    .saturating_add(identity.narrowed.len()),
            ),
            groups: Stated::new(identity.groups.len()),
            teams: Stated::new(teams.map_or(0, |(_, values)| values.len())),
            unknown_roles: Some8::default(),
            unclaimable_roles: Some8::default(),
            roles_not_of_issuer: Some8::default(),
            unmapped_groups: Some8::default(),
        };
        own.look_up(config, &identity.by);
        let narrowed = identity.narrowed.iter();
        narrowed.for_each(|name| own.roles_not_of_issuer.add(name));
        let Some(policy) = policy else {
            return own;
        };
        for name in identity.all_roles() {
            match policy.role(name) {
                None => own.unknown_roles.add(name),
                Some(role) if !policy.role_is_claimable(role) => own.unclaimable_roles.add(name),
                Some(_) => {}
            }
        }
        let unmapped = identity.groups.iter();
        let unmapped = unmapped.filter(|group| !policy.maps_group(group));
        unmapped.for_each(|group| own.unmapped_groups.add(group));
        own
    }

    /// Notes where roles, groups and teams were looked for.
    fn look_up(&mut self, config: &IdentityConfig, by: &StatedBy) {
        match by {
            StatedBy::Headers => {
                let Some(headers) = &config.trusted_headers else {
                    return;
                };
                self.roles.from.extend(headers.roles.clone());
                self.groups.from.extend(headers.groups.clone());
                let mut attributes = headers.attributes.iter();
                if let Some((_, Filling::Header { name, .. })) =
                    attributes.find(|(name, _)| name == TEAMS)
                {
                    self.teams.from.push(name.clone());
                }
            }
            StatedBy::Token(issuer) | StatedBy::Payload(issuer) => {
                let Some((issuer, _)) = config.issuers.find(issuer) else {
                    return;
                };
                let claims = &issuer.claims;
                self.roles.add_sources(&claims.roles);
                self.roles
                    .from
                    .extend(claims.team_roles.as_ref().map(shown));
                self.groups.add_sources(&claims.groups);
                let mut attributes = claims.attributes.iter();
                if let Some((_, claim)) = attributes.find(|(name, _)| name == TEAMS) {
                    self.teams.add_sources(claim);
                }
            }
        }
    }

    pub(crate) fn write_json(&self, out: &mut String) {
        out.push_str(r#"{"by":"#);
        write_string(out, self.by);
        if !self.issuer.is_empty() {
            write_member(out, "issuer", &self.issuer);
        }
        for (name, stated) in [
            ("roles", &self.roles),
            ("groups", &self.groups),
            ("teams", &self.teams),
        ] {
            out.push_str(&format!(r#","{name}":{{"read":{},"from":["#, stated.count));
            write_list(out, stated.from.iter().map(String::as_str));
            out.push_str("]}");
        }
        for (name, some) in [
            ("unknown_roles", &self.unknown_roles),
            ("unclaimable_roles", &self.unclaimable_roles),
            ("roles_not_of_issuer", &self.roles_not_of_issuer),
            ("unmapped_groups", &self.unmapped_groups),
        ] {
            if some.count > 0 {
                out.push_str(&format!(r#","{name}":{{"count":{},"names":["#, some.count));
                write_list(out, some.names.iter().map(String::as_str));
                out.push_str("]}");
            }
        }
        out.push('}');
    }
}

impl Stated {
    const fn new(count: usize) -> Self {
        Self {
            count,
            from: Vec::new(),
        }
    }

    fn add_sources(&mut self, claim: &Claim) {
        if !claim.constant.is_empty() {
            self.from.push("constant".to_owned());
        }
        let sources = claim.sources.iter();
        self.from.extend(sources.map(|source| shown(&source.path)));
    }
}

impl Some8 {
    fn add(&mut self, name: &str) {
        self.count = self.count.saturating_add(1);
        if self.names.len() < NAMES_MAX {
            let mut end = name.len().min(NAME_BYTES_MAX);
            while !name.is_char_boundary(end) {
                end = end.saturating_sub(1);
            }
            self.names
                .push(name.get(..end).unwrap_or_default().to_owned());
        }
    }
}

fn shown(path: &ClaimPath) -> String {
    path.0.join(" > ")
}

const NAMES_MAX: usize = 8;
const NAME_BYTES_MAX: usize = 64;
