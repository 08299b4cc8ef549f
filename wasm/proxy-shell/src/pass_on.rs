//! Changes the headers of a request that goes on.

use portcullis_gate::Forward;

use crate::{
    headers::Headers,
    host::{Done, Host},
};

/// Makes of a request what the gate says goes on.
pub(crate) fn pass_on(host: &impl Host, fields: &Headers, forward: &Forward) -> Done {
    for name in &forward.remove {
        host.remove_request_header(name)?;
    }
    for (name, value) in &forward.set {
        let there = fields.iter().any(|(own, _)| own == name.as_bytes());
        if there && !forward.remove.iter().any(|removed| removed == name) {
            host.remove_request_header(name)?;
        }
        host.add_request_header(name, value.as_bytes())?;
    }
    match &forward.target {
        Some(target) => host.replace_request_header(":path", target.as_bytes()),
        None => Ok(()),
    }
}
