//! Writes packed requests.

use alloc::vec::Vec;

use super::LAYOUT;
use crate::sorted::insert;

/// Writes a packed request.
///
/// Sets may come unsorted and with repeated values; limits are left to the reader.
#[derive(Debug, Clone)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Starts a request that names its subject; questions follow.
    #[must_use]
    pub fn request(kind: &str, id: &str) -> PackerSubject {
        let mut bytes = Vec::with_capacity(128);
        bytes.push(LAYOUT);
        put_run(&mut bytes, kind.as_bytes());
        put_run(&mut bytes, id.as_bytes());
        PackerSubject {
            bytes,
            roles: Vec::new(),
            teams: Vec::new(),
            groups: Vec::new(),
            attributes: PackerAttributes::default(),
        }
    }

    /// Starts questions for a session.
    #[must_use]
    pub const fn questions() -> Self {
        Self(Vec::new())
    }

    /// Adds a question about `module:action`. `resource_id` is nothing where it is unknown.
    #[must_use]
    pub fn question(
        mut self,
        permission: &str,
        resource_id: Option<&str>,
        facts: &PackerFacts,
    ) -> Self {
        put_run(&mut self.0, permission.as_bytes());
        put_run(&mut self.0, &facts.action.0);
        put_run(&mut self.0, &facts.context.0);
        match resource_id {
            None => self.0.push(0),
            Some(id) => {
                self.0.push(1);
                put_run(&mut self.0, id.as_bytes());
            }
        }
        put_run(&mut self.0, &facts.resource.0);
        self
    }

    /// Returns the packed bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Writes the subject of a packed request.
#[derive(Debug, Clone)]
pub struct PackerSubject {
    bytes: Vec<u8>,
    roles: Vec<u8>,
    teams: Vec<u8>,
    groups: Vec<u8>,
    attributes: PackerAttributes,
}

impl PackerSubject {
    /// Adds a role that the subject holds everywhere.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        put_run(&mut self.roles, role.as_bytes());
        self
    }

    /// Adds the roles that the subject holds on a team.
    #[must_use]
    pub fn team<R: AsRef<str>>(mut self, team: &str, roles: &[R]) -> Self {
        put_run(&mut self.teams, team.as_bytes());
        put_run(&mut self.teams, &texts(roles.iter().map(AsRef::as_ref)));
        self
    }

    /// Adds a group that the subject is in.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        put_run(&mut self.groups, group.as_bytes());
        self
    }

    /// Adds an attribute of the subject.
    #[must_use]
    pub fn attribute<V: AsRef<str>>(mut self, name: &str, values: &[V]) -> Self {
        self.attributes.add(name, values);
        self
    }

    /// Ends the subject; questions follow.
    #[must_use]
    pub fn end(mut self) -> Packer {
        for run in [&self.roles, &self.teams, &self.groups, &self.attributes.0] {
            put_run(&mut self.bytes, run);
        }
        Packer(self.bytes)
    }
}

/// What is known beside the subject: attributes of the action, the context and the resource.
#[derive(Debug, Clone, Default)]
pub struct PackerFacts {
    /// Attributes of the action.
    pub action: PackerAttributes,
    /// Attributes of the context.
    pub context: PackerAttributes,
    /// Attributes of the resource; one that is not given is unknown.
    pub resource: PackerAttributes,
}

/// Packed attributes. Their values may come unsorted and repeated.
#[derive(Debug, Clone, Default)]
pub struct PackerAttributes(Vec<u8>);

impl PackerAttributes {
    /// Adds an attribute.
    pub fn add<V: AsRef<str>>(&mut self, name: &str, values: &[V]) {
        let mut sorted: Vec<&str> = Vec::with_capacity(values.len());
        for value in values {
            insert(&mut sorted, value.as_ref());
        }
        put_run(&mut self.0, name.as_bytes());
        put_run(&mut self.0, &texts(sorted.into_iter()));
    }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut run = Vec::new();
    texts.for_each(|text| put_run(&mut run, text.as_bytes()));
    run
}

fn put_run(bytes: &mut Vec<u8>, run: &[u8]) {
    let mut rest = run.len();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        rest >>= 7_u32;
        if rest == 0 {
            bytes.push(low);
            break;
        }
        bytes.push(low | 0x80);
    }
    bytes.extend_from_slice(run);
}
