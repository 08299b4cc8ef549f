//! Packs the interface's questions, so that they take the path of packed requests.

use alloc::vec::Vec;

use portcullis_engine::{Packer, PackerFacts};

use crate::bindings::exports::portcullis::edge::engine as wit;

/// Returns one packed question.
pub(crate) fn packed_question(stated: &wit::Question) -> Vec<u8> {
    let mut facts = PackerFacts::default();
    for attribute in &stated.attributes {
        let known = match attribute.of {
            wit::Holder::Action => &mut facts.action,
            wit::Holder::Context => &mut facts.context,
            wit::Holder::Resource => &mut facts.resource,
        };
        known.add(&attribute.name, &attribute.values);
    }
    let packer = Packer::questions();
    packer
        .question(&stated.permission, stated.resource_id.as_deref(), &facts)
        .finish()
}
