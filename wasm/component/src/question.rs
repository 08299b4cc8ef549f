//! Packs the interface's questions, so that they take the path of packed requests.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{Packer, PackerAttributes, PackerFacts};

use crate::bindings::exports::portcullis::edge::engine as wit;

/// Returns one packed question.
pub(crate) fn packed_question(stated: &wit::Question) -> Vec<u8> {
    let facts = PackerFacts {
        action: attributes(&stated.action),
        context: attributes(&stated.context),
        resource: attributes(&stated.resource),
    };
    let packer = Packer::questions();
    packer
        .question(&stated.permission, stated.resource_id.as_deref(), &facts)
        .finish()
}

fn attributes(stated: &[(String, Vec<String>)]) -> PackerAttributes {
    let mut packed = PackerAttributes::default();
    for (name, values) in stated {
        packed.add(name, values);
    }
    packed
}
