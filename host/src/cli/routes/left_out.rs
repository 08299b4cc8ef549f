//! What of a described API has no route.

use super::route::Route;

/// An operation or a path, and why there is no route for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// As the document has it.
    pub(super) what: String,
    pub(super) why: String,
    /// The requests that it describes, where a wider route may take them.
    pub(super) requests: Option<Requests>,
}

/// Requests by their method and the path of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requests {
    /// Any where there is none.
    pub(super) method: Option<String>,
    pub(super) path: String,
}

impl LeftOut {
    /// Says which route takes the requests that are left out, which asks for what is meant for
    /// others.
    pub(super) fn name_wider(&mut self, routes: &[Route]) {
        let Some(requests) = &self.requests else {
            return;
        };
        let taking = routes.iter().find_map(|route| {
            let mut methods = route.methods.iter().map(|own| own.name.as_str());
            let method = methods.find(|own| requests.has(own))?;
            covers(&route.said.path, &requests.path).then(|| route.described(method))
        });
        if let Some(wider) = taking {
            let more = format!("; as it is, `{wider}` takes its requests");
            self.why.push_str(&more);
        }
    }
}

impl Requests {
    fn has(&self, method: &str) -> bool {
        let own = self.method.as_deref();
        own.is_none_or(|own| own == method || (own == "HEAD" && method == "GET"))
    }
}

/// Says whether a route of one path takes every request of the other.
fn covers(wide: &str, narrow: &str) -> bool {
    let mut narrows = narrow.trim_end_matches('/').split('/');
    for own in wide.split('/') {
        let Some(other) = narrows.next() else {
            return false;
        };
        if own.ends_with("...}") {
            return true;
        }
        let is_whole = own.starts_with('{') && own.find('}') == own.len().checked_sub(1);
        if !is_whole && own != other {
            return false;
        }
    }
    narrows.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_path_takes_what_a_narrower_does() {
        for (wide, narrow, expected) in [
            ("/a/{id}", "/a/mine", true),
            ("/a/{id}", "/a/{other}", true),
            ("/a/{rest...}", "/a/b/{c}", true),
            ("/a/{id}", "/a/mine/", true),
            ("/a/{id}", "/a/{id}/b", false),
            ("/a/mine", "/a/{id}", false),
            ("/a/{id}.json", "/a/b", false),
            ("/a/{rest...}", "/a", false),
        ] {
            assert_eq!(covers(wide, narrow), expected, "{wide} {narrow}");
        }
    }
}
