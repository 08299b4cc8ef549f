//! What a route asks for, and at which hosts.

use portcullis_gate::routes::{Access, HostPattern};
use portcullis_json::Path;

use super::names::element;
use super::routes::Routing;
use crate::model::Permission;
use crate::source;

impl Routing<'_> {
    /// Returns what a route asks for, and the permission if it is one.
    pub(super) fn access(
        &self,
        source: &source::Route,
        at: &Path<'_>,
    ) -> Option<(Access, Option<&Permission>)> {
        let refuse = |message: &str, cure: &str| {
            self.problems.error(at, message, cure);
            None
        };
        if source.identity.is_some() && !source.public {
            let cure = "write \"public\": true too, or take it out";
            return refuse("`identity` is for public routes: others need one", cure);
        }
        if source.public && source.identity.is_none() && source.token_in_query {
            let cure = "take `token_in_query` out, or name a permission";
            return refuse("a public route reads no token", cure);
        }
        let is_idle = source.conditional.is_some() || !source.resource.is_empty();
        match (&source.permission, source.public, source.authenticated) {
            (Some(name), false, false) => {
                let found = self.expander.expect(name, &at.key("permission"))?;
                let permission = self.expander.tree.permissions.get(found.get())?;
                let access = Access::Permission(permission.name.clone());
                Some((access, Some(permission)))
            }
            (None, true, false) if is_idle => refuse(
                "a public route asks for nothing",
                "take `resource` and `conditional` out, or name a permission",
            ),
            (None, true, false) => {
                let access = match source.identity {
                    Some(_) => Access::Optional,
                    None => Access::Public,
                };
                Some((access, None))
            }
            (None, false, true) if is_idle => refuse(
                "a route that asks for an identity alone reads nothing of a resource",
                "take `resource` and `conditional` out, or name a permission",
            ),
            (None, false, true) => Some((Access::Authenticated, None)),
            (_, true, true) => refuse(
                "a public route asks for no identity",
                "take one of the two out, or write \"identity\": \"optional\"",
            ),
            (Some(_), false, true) => refuse(
                "a permission asks for an identity already",
                "take `authenticated` out",
            ),
            (Some(_), true, false) => refuse(
                "a public route asks for no permission",
                "take one of the two out",
            ),
            (None, false, false) => refuse(
                "this route asks for nothing",
                "name a permission, or write \"authenticated\": true or \"public\": true",
            ),
        }
    }

    /// Returns the hosts of a route, of which none stands for those that routes name.
    pub(super) fn hosts(
        &self,
        source: &source::Route,
        at: &Path<'_>,
    ) -> Option<Vec<Option<HostPattern>>> {
        let several = at.key("hosts");
        let one = source.host.as_deref().map(|host| (host, at.key("host")));
        if source
            .hosts
            .as_ref()
            .is_some_and(source::OneOrMany::is_empty)
        {
            let cure =
                "name the hosts, or take it out: then the route is for those that routes name";
            let message = "a route for no host at all takes no request";
            self.problems.error(&several, message, cure);
            return None;
        }
        if one.is_some() && source.hosts.is_some() {
            let cure = "write them all in `hosts`";
            self.problems
                .error(at, "`host` and `hosts` say the same", cure);
            return None;
        }
        let all = source.hosts.iter().flat_map(|all| {
            let each = all.iter().enumerate();
            each.map(|(index, host)| (host, element(&several, all, index)))
        });
        let mut hosts = Vec::new();
        for (host, at) in one.into_iter().chain(all) {
            let pattern = HostPattern::parse(host).map_err(|error| {
                let cure = if host.starts_with("*.") {
                    "write a domain of your own after `*.`, of two labels or more"
                } else {
                    "leave the port out; the gate ignores it"
                };
                self.problems.error(&at, error.to_string(), cure);
            });
            let pattern = Some(pattern.ok()?);
            if hosts.contains(&pattern) {
                let message = format!("`{host}` appears twice");
                self.problems.error(&at, message, "keep one of the two");
                return None;
            }
            hosts.push(pattern);
        }
        if hosts.len() > HOSTS_MAX {
            let message = format!("a route has at most {HOSTS_MAX} hosts");
            let cure = "write a second route for the others, or one for `*.example.com`";
            self.problems.error(&several, message, cure);
            return None;
        }
        if hosts.is_empty() {
            hosts.push(self.tenant_host(source, at)?);
        }
        Some(hosts)
    }

    /// Returns the host whose one label is the tenant, if a route names one.
    #[expect(
        clippy::option_option,
        reason = "nothing where it is wrong; none where it is left out"
    )]
    pub(super) fn tenant_host(
        &self,
        source: &source::Route,
        at: &Path<'_>,
    ) -> Option<Option<HostPattern>> {
        let Some(text) = &source.tenant_host else {
            return Some(None);
        };
        let parsed = HostPattern::parse_tenant(text);
        if parsed.is_err() {
            self.problems.error(
                &at.key("tenant_host"),
                format!("`{text}` does not say which label of a host is the tenant"),
                "write it as {tenant}.example.com",
            );
        }
        parsed.ok().map(Some)
    }
}

/// Most hosts of one route: each is a route of its own to the gate.
const HOSTS_MAX: usize = 64;
