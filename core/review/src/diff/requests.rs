//! What a route says of requests, member by member, and which way a difference goes.

use std::collections::BTreeSet;

use portcullis_gate::Ambiguity;
use portcullis_gate::routes::{Access, Cors, HostPattern, OnConditional, Origin, Route};
use serde::Serialize;

/// What one route says and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteMember {
    /// Which member: `permission`, `conditional`, `accepts`, `host`, `resource.NAME` or
    /// `cors.NAME`.
    pub name: String,
    /// What the first policy says; empty for nothing.
    pub before: String,
    /// What the second says.
    pub after: String,
    /// Whether that is more open, or may be.
    pub opens: bool,
}

/// A route, and what it asks for: a permission by its present name, [`PUBLIC`], [`OPTIONAL`] or
/// [`AUTHENTICATED`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'r> {
    pub(super) route: &'r Route,
    pub(super) asks: &'r str,
}

/// Returns what a route asks for, by the name that `present` gives a permission.
pub(super) fn asks<'r>(route: &'r Route, present: impl FnOnce(&'r str) -> &'r str) -> &'r str {
    match &route.access {
        Access::Public => PUBLIC,
        Access::Optional => OPTIONAL,
        Access::Authenticated => AUTHENTICATED,
        Access::Permission(permission) => present(permission),
    }
}

/// Compares two routes, of which one may be missing; with their hosts if it `moved`.
pub(super) fn members(
    before: Option<Asking<'_>>,
    after: Option<Asking<'_>>,
    moved: bool,
) -> Vec<RouteMember> {
    let (old, new) = (before.map(|side| side.route), after.map(|side| side.route));
    let mut found = Members {
        all: Vec::new(),
        both: old.is_some() && new.is_some(),
    };
    let was = before.map_or("", |side| side.asks);
    let is = after.map_or("", |side| side.asks);
    // Which of two permissions more people have is not for a route to say.
    let is_public = |asks: &str| asks == PUBLIC || asks == OPTIONAL;
    let opens = is_public(is) || (found.both && !is_public(was));
    found.texts("permission", was, is, opens);
    let of_tenant = |route: Option<&Route>| {
        let host = route.and_then(|route| route.tenant_host.as_ref());
        host.map_or_else(String::new, HostPattern::to_string)
    };
    let hosts = (of_tenant(old), of_tenant(new));
    found.texts(
        "tenant_host",
        &hosts.0,
        &hosts.1,
        found.both && !hosts.0.is_empty(),
    );
    if moved {
        let hosts = (host(old), host(new));
        let opens = width(&hosts.1) > width(&hosts.0);
        found.texts("host", &hosts.0, &hosts.1, opens);
    }
    let forwards = |route: Option<&Route>| {
        let on_conditional = route.map(|route| route.conditional);
        match on_conditional {
            Some(OnConditional::Forward) => "forward",
            Some(OnConditional::Deny) if found.both => "deny",
            // Of a route that is new or gone it goes without saying.
            _ => "",
        }
    };
    let (denied, forwarded) = (forwards(old), forwards(new));
    let opens = found.both && was != PUBLIC && forwarded == "forward";
    found.texts("conditional", denied, forwarded, opens);
    found.sets("accepts", accepts(old), accepts(new));
    found.attributes(old, new);
    let cors = |route: Option<&Route>| route.and_then(|route| route.cors.clone());
    found.cors(cors(old), cors(new));
    found.all
}

/// Where differences are gathered.
struct Members {
    all: Vec<RouteMember>,
    /// Whether there are two routes.
    both: bool,
}

impl Members {
    fn texts(&mut self, name: &str, before: &str, after: &str, opens: bool) {
        if before != after {
            self.all.push(RouteMember {
                name: name.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
                opens,
            });
        }
    }

    /// Compares sets; with another element one is more open.
    fn sets(&mut self, name: &str, before: BTreeSet<String>, after: BTreeSet<String>) {
        let gains = !before.contains("*") && !after.is_subset(&before);
        let words = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(", ");
        let opens = self.both && gains;
        self.texts(name, &words(before), &words(after), opens);
    }

    fn attributes(&mut self, before: Option<&Route>, after: Option<&Route>) {
        let names = before.into_iter().chain(after);
        let names = names.flat_map(|route| &route.attributes);
        let names = names.map(|(name, _)| name).collect::<BTreeSet<_>>();
        for name in names {
            let (was, is) = (origin(before, name), origin(after, name));
            // A parameter of the path may have another name.
            if was == is {
                continue;
            }
            // What is known of a resource is then what the client says.
            let chosen = matches!(is, Some(Origin::Query(_) | Origin::Header(_)));
            let opens = self.both && chosen;
            let words = (place(before, was), place(after, is));
            self.texts(&format!("resource.{name}"), &words.0, &words.1, opens);
        }
    }

    fn cors(&mut self, before: Option<Cors>, after: Option<Cors>) {
        let [was, is] = [before, after].map(|cors| {
            cors.unwrap_or(Cors {
                origins: Vec::new(),
                headers: Vec::new(),
                credentials: false,
                max_age_seconds: 0,
            })
        });
        let set = |texts: Vec<String>| texts.into_iter().collect();
        self.sets("cors.origins", set(was.origins), set(is.origins));
        self.sets("cors.headers", set(was.headers), set(is.headers));
        let sends = |credentials: bool| if credentials { "sent" } else { "" };
        let opens = self.both && is.credentials;
        let credentials = (sends(was.credentials), sends(is.credentials));
        self.texts("cors.credentials", credentials.0, credentials.1, opens);
        let age = |seconds: u32| match seconds {
            0 => String::new(),
            _ => seconds.to_string(),
        };
        let ages = (age(was.max_age_seconds), age(is.max_age_seconds));
        self.texts("cors.max_age_seconds", &ages.0, &ages.1, false);
    }
}

fn accepts(route: Option<&Route>) -> BTreeSet<String> {
    let kinds = route.into_iter().flat_map(|route| route.allow.iter());
    kinds.map(|kind| Ambiguity::name(kind).to_owned()).collect()
}

fn origin<'r>(route: Option<&'r Route>, name: &str) -> Option<&'r Origin> {
    let mut attributes = route?.attributes.iter();
    let (_, origin) = attributes.find(|(own, _)| own == name)?;
    Some(origin)
}

/// Words where an attribute comes from, as a policy does.
fn place(route: Option<&Route>, origin: Option<&Origin>) -> String {
    match (route, origin) {
        (Some(route), Some(origin @ (Origin::Path(_) | Origin::Part { .. }))) => {
            format!("path.{}", route.parameter(origin).unwrap_or_default())
        }
        (_, Some(Origin::Query(name))) => format!("query.{name}"),
        (_, Some(Origin::Header(name))) => format!("header.{name}"),
        (_, Some(Origin::Constant(values))) => format!("{{{}}}", values.join(", ")),
        _ => String::new(),
    }
}

fn host(route: Option<&Route>) -> String {
    let host = route.and_then(|route| route.host.as_ref());
    host.map_or_else(|| ANY.to_owned(), HostPattern::to_string)
}

/// Orders hosts by how many they stand for.
fn width(host: &str) -> u8 {
    match host {
        "*" => 3,
        ANY => 2,
        _ if host.starts_with("*.") => 1,
        _ => 0,
    }
}

/// What a public route asks for; no permission is called so.
pub(super) const PUBLIC: &str = "public";
/// What a public route asks for that tells the upstream who asks.
pub(super) const OPTIONAL: &str = "public, identity optional";
/// What a route asks for that needs an identity alone.
pub(super) const AUTHENTICATED: &str = "authenticated";
/// Where a route says no host and none is named.
pub(super) const ANY: &str = "any";
