//! What stands for any segment, host or method when requests are made up.

use portcullis_policy::model::Model;

/// Texts that no route of either policy names.
#[derive(Debug)]
pub(super) struct Filler {
    pub(super) segment: String,
    pub(super) label: String,
    pub(super) method: String,
}

impl Filler {
    pub(super) fn new(models: &[&Model]) -> Self {
        let routes = || models.iter().flat_map(|model| &model.routes);
        let mut own = Self {
            // No literal of a path has it: those are ASCII.
            segment: "\u{e9}".to_owned(),
            label: "x".to_owned(),
            method: "X".to_owned(),
        };
        // Unlike each of them, however it is folded.
        let is = |own: &str, other: &str| own.eq_ignore_ascii_case(other);
        let hosts = routes().filter_map(|route| route.host.as_ref());
        let hosts = hosts.map(ToString::to_string).collect::<Vec<_>>();
        let labels = || hosts.iter().flat_map(|host| host.split('.'));
        while labels().any(|label| is(label, &own.label)) {
            own.label.push('x');
        }
        while routes().any(|route| route.methods.contains(&own.method)) {
            own.method.push('X');
        }
        own
    }
}
