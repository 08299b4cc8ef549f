//! The role that everybody holds, as written.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

use super::OneOrMany;

/// The role that everybody holds who is identified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Everyone {
    /// The role, which the catalog defines.
    pub role: String,
    /// The types of subjects; `user` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<OneOrMany>,
}

impl Read for Everyone {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("everyone", "write an object: {\"role\": \"member\"}");
        let everyone = Self {
            role: object.required("role", "name a role of the catalog"),
            types: object.optional("types"),
        };
        object.finish();
        everyone
    }
}
