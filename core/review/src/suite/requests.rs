//! Running of tests of requests.

use std::collections::BTreeSet;

use portcullis_gate::routes::{Origin, Route};
use portcullis_gate::{Code, Entry, UnixSeconds};

use super::UntestablePolicy;
use super::gateway::Gateway;
use super::probe::{Probe, Reading};
use super::run::{Failure, failure};
use crate::coverage::RouteCoverage;
use crate::question;
use portcullis_policy::TestHosts;
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::{FeatureIndex, Model};
use portcullis_policy::source::Answer;
use portcullis_policy::source::{ExpectedVerdict, Members, OneOrMany, Test, TestRequest};

/// The gates that judge a policy's requests, and the routes that were seen to be taken.
#[derive(Debug)]
pub(super) struct Requests<'m> {
    model: &'m Model,
    metadata: &'m BundleMetadata,
    hosts: TestHosts,
    /// One for each set of features that a test asks with.
    gateways: Vec<((Vec<FeatureIndex>, bool), Gateway)>,
    probe: Option<Probe>,
    taken: BTreeSet<String>,
}

impl<'m> Requests<'m> {
    pub(super) fn new(model: &'m Model, metadata: &'m BundleMetadata) -> Self {
        Self {
            model,
            metadata,
            hosts: TestHosts::new(&model.routes),
            gateways: Vec::new(),
            probe: None,
            taken: BTreeSet::new(),
        }
    }

    /// Judges the request of a test, and returns what was not as expected.
    pub(super) fn run(
        &mut self,
        test: &Test,
        request: &TestRequest,
        expected: &ExpectedVerdict,
    ) -> Result<Vec<Failure>, UntestablePolicy> {
        let now = test.now.map_or(self.metadata.issued_at, UnixSeconds);
        let subject = question::request(test).subject;
        // A request comes from somebody with an id, or from nobody.
        let subject = Some(&subject).filter(|subject| !subject.id.is_empty());
        let host = self.hosts.of(request, expected.route.as_deref());
        let host = host.map_err(|_| UntestablePolicy::Ungated(NO_HOST.to_owned()))?;
        let entry = self.gateway(test)?.judge(request, &host, subject, now);
        let name = format!("{} {}", request.method, request.target);
        let because = because(&entry);
        let mut failures = Vec::new();
        let mut compare = |what: &str, expected: &str, got: &str| {
            if expected != got {
                let question = format!("{name}{what}");
                failures.push(failure(&question, expected, got, &because));
            }
        };
        let answer = Answer::from(entry.code);
        compare("", &expected.answer, answer.name());
        if let Some(route) = &expected.route {
            compare(": route", route, or_none(&entry.route));
        }
        if let Some(permission) = &expected.permission {
            let index = self.model.permission(permission);
            let present = index.and_then(|index| self.model.permissions.get(index.get()));
            let permission = present.map_or(permission, |present| &present.name);
            compare(": permission", permission, or_none(&entry.permission));
        }
        if let Some(resource) = &expected.resource {
            failures.extend(self.resource(request, &host, &entry, resource)?);
        }
        if failures.is_empty() && answer.goes_on() {
            self.taken.insert(entry.route);
        }
        Ok(failures)
    }

    pub(super) fn finish(self) -> RouteCoverage {
        let names = self.model.routes.iter().map(Route::name);
        RouteCoverage {
            total: self.model.routes.len(),
            unexercised: names.filter(|name| !self.taken.contains(name)).collect(),
        }
    }

    fn gateway(&mut self, test: &Test) -> Result<&mut Gateway, UntestablePolicy> {
        let mut features = match &test.features {
            None => self.model.tenant.features.clone(),
            Some(names) => {
                let all = self.model.features.iter().zip((0..).map(FeatureIndex));
                let on = all.filter(|(name, _)| names.0.contains(name));
                on.map(|(_, index)| index).collect()
            }
        };
        features.sort_unstable();
        let key = (features, test.now.is_some());
        let place = self.gateways.iter().position(|(own, _)| *own == key);
        let place = match place {
            Some(place) => place,
            None => {
                let mut model = if test.now.is_some() {
                    self.model.clone()
                } else {
                    self.model.before_any_end()
                };
                model.tenant.features.clone_from(&key.0);
                if test.features.is_some() {
                    model.tenant.feature_ends.clear();
                }
                let gateway = Gateway::open(&model, self.metadata)?;
                self.gateways.push((key, gateway));
                self.gateways.len().saturating_sub(1)
            }
        };
        let found = self.gateways.get_mut(place).map(|(_, gateway)| gateway);
        found.ok_or_else(|| UntestablePolicy::Ungated("there is no gate".to_owned()))
    }

    /// Compares what the route reads of the resource, all of it.
    fn resource(
        &mut self,
        request: &TestRequest,
        host: &str,
        entry: &Entry,
        expected: &Members<OneOrMany>,
    ) -> Result<Vec<Failure>, UntestablePolicy> {
        let name = format!("{} {}", request.method, request.target);
        let mut routes = self.model.routes.iter();
        let route = routes.find(|route| route.name() == entry.route);
        // A denial for other reasons comes after the resource was read.
        let is_open = matches!(entry.code, Code::Public | Code::Authenticated);
        let read = route.filter(|_| !entry.effect.is_empty() || is_open);
        let Some(route) = read else {
            let question = format!("{name}: resource");
            let failure = failure(&question, "to be read", "nothing", because(entry));
            return Ok(vec![failure]);
        };
        let probe = match &mut self.probe {
            Some(probe) => probe,
            none => none.insert(Probe::open(self.model, self.metadata)?),
        };
        let mut failures = Vec::new();
        let nothing = OneOrMany::default();
        let unasked = route.attributes.iter().map(|(name, _)| name.as_str());
        let unasked = unasked.filter(|name| expected.get(name).is_none());
        let unasked = unasked.map(|name| (name, &nothing));
        for (attribute, values) in expected.iter().chain(unasked) {
            let expects = expected.get(attribute).is_some();
            let got = match probe.read(request, host, route, attribute, values) {
                Reading::Same => continue,
                Reading::Unknown if !expects => continue,
                Reading::Unknown => "unknown".to_owned(),
                Reading::Other(None) if expects => "another value".to_owned(),
                Reading::Other(None) => "a value".to_owned(),
                Reading::Other(Some(values)) => words(&values),
            };
            let wanted = if expects {
                words(values)
            } else {
                "unknown".to_owned()
            };
            let question = format!("{name}: resource.{attribute}");
            let origin = origin(route, attribute);
            failures.push(failure(&question, &wanted, &got, origin));
        }
        Ok(failures)
    }
}

/// The compiler refuses such a test before it is run.
const NO_HOST: &str = "a request does not say to which host it goes";

fn words(values: &OneOrMany) -> String {
    values.0.join(", ")
}

const fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// Says where a route takes an attribute from.
fn origin(route: &Route, attribute: &str) -> String {
    let mut origins = route.attributes.iter();
    let found = origins.find(|(name, _)| name == attribute);
    let place = match found.map(|(_, origin)| origin) {
        None => return format!("`{}` does not say where it comes from", route.name()),
        Some(origin @ (Origin::Path(_) | Origin::Part { .. })) => {
            format!("path.{}", route.parameter(origin).unwrap_or_default())
        }
        Some(Origin::Query(name)) => format!("query.{name}"),
        Some(Origin::Header(name)) => format!("header.{name}"),
        Some(Origin::Constant(_)) => "a constant".to_owned(),
    };
    format!("`{}` takes it from {place}", route.name())
}

/// Says in words why a request was answered so.
fn because(entry: &Entry) -> String {
    let mut words = Vec::new();
    if !entry.route.is_empty() {
        let asks = if entry.permission.is_empty() {
            String::new()
        } else {
            format!(", which asks for {}", entry.permission)
        };
        words.push(format!("it takes `{}`{asks}", entry.route));
    }
    let detail = &entry.detail;
    match entry.code {
        Code::Granted => {
            let team = &entry.team;
            let on = if team.is_empty() {
                String::new()
            } else {
                format!("@{team}")
            };
            words.push(format!("{}{on} grants it at {}", entry.role, entry.scope));
        }
        Code::FeatureDisabled => words.push(format!("off are {}", entry.features.join(", "))),
        Code::NotGranted => words.push("no role that the subject holds grants it".to_owned()),
        Code::OutOfScope => words.push("no grant holds of what the request says".to_owned()),
        Code::ConditionalRefused if detail.is_empty() => {
            words.push("it depends on what the request does not say".to_owned());
        }
        Code::NotActive => {
            words.push("the directory says that the subject is not active".to_owned())
        }
        Code::RouteUnknown => words.push("no route matches".to_owned()),
        Code::IdentityMissing => words.push("nobody is known to ask".to_owned()),
        _ if detail.is_empty() => {}
        _ => words.push(detail.clone()),
    }
    words.join("; ")
}
