//! Who may use a permission, as JavaScript asks it.

use alloc::{borrow::ToOwned as _, collections::BTreeMap, format, string::String, vec::Vec};

use portcullis_engine::UnixSeconds;
use portcullis_policy::{
    Document,
    authzen::{Attribute, Resource},
};
use portcullis_review::who::Who;

use super::{
    failure::{Failure, read},
    metadata::metadata,
};

/// Finds who may; of the resource `id` and declared attributes may be given, each as a list.
pub(super) fn who(
    document: &Document,
    permission: &str,
    resource: &str,
    now: UnixSeconds,
) -> Result<Who, Failure> {
    let mut given = read::<BTreeMap<String, Vec<String>>>("the resource", resource)?;
    let id = given.remove("id").and_then(|ids| ids.first().cloned());
    let declared = &document.model().attributes.resource;
    let mut attributes = Vec::with_capacity(given.len());
    // Ascending by name, as a map is.
    for (name, mut values) in given {
        if !declared.contains(&name) {
            return Err(Failure::malformed(format!(
                "the catalog declares no resource attribute `{name}`"
            )));
        }
        values.sort();
        values.dedup();
        attributes.push(Attribute { name, values });
    }
    let module = permission.split_once(':').map_or("", |(module, _)| module);
    let resource = Resource {
        module: module.to_owned(),
        id,
        attributes,
    };
    let metadata = metadata("{}", &document.source().catalog, now)?;
    Who::new(document.model(), &metadata, permission, &resource).map_err(Failure::malformed)
}
