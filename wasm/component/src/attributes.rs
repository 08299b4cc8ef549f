//! Packs the interface's records, so that they take the path of packed requests.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{Packer, PackerAttributes, PackerFacts};

use crate::bindings::exports::portcullis::edge::engine as wit;

/// Returns a packed request without questions.
pub(crate) fn subject(stated: &wit::Subject) -> Vec<u8> {
    let mut subject = Packer::request(&stated.kind, &stated.id);
    for role in &stated.roles {
        subject = subject.role(role);
    }
    for (team, roles) in &stated.team_roles {
        subject = subject.team(team, roles);
    }
    for group in &stated.groups {
        subject = subject.group(group);
    }
    for (name, values) in &stated.attributes {
        subject = subject.attribute(name, values);
    }
    subject.end().finish()
}

/// Returns one packed question.
pub(crate) fn question(stated: &wit::Question) -> Vec<u8> {
    let facts = PackerFacts {
        action: attributes(&stated.action),
        context: attributes(&stated.context),
        resource: attributes(&stated.resource),
    };
    let packer = Packer::questions();
    packer.question(&stated.permission, stated.resource_id.as_deref(), &facts).finish()
}

fn attributes(stated: &[(String, Vec<String>)]) -> PackerAttributes {
    let mut packed = PackerAttributes::default();
    for (name, values) in stated {
        packed.add(name, values);
    }
    packed
}
