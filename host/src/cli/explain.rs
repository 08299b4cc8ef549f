//! `explain`: why an answer is what it is.

use clap::Args;
use portcullis_host::{Names, NativeEngine};
use portcullis_policy::authzen::Request;
use portcullis_policy::meant;
use serde_json::{Value, json};

use super::{
    decide::Previews, engines::EngineArgs, input::JsonArgument, load::BundleArgs,
    output::print_answer, stop::Stop, tenant_names::TenantNames,
};

/// Say why an answer is what it is, and what would allow it
///
/// The JSON names the answer, the roles held and where each comes from, what was ignored
/// and why, what each grant is worth here, and the smallest changes that would allow it. Beside a
/// permission, role, group, team or type that the policy does not have, `nearest` is the name that
/// was probably meant.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    #[command(flatten)]
    bundle: BundleArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// An AuthZEN request, as JSON, `@file` or `-`
    #[arg(value_name = "JSON|@FILE")]
    request: JsonArgument,
}

const EXAMPLES: &str = "\
Examples:
  portcullis explain shop.pclb --trust keys/trust.json @request.json
  head -1 shop/requests.jsonl | portcullis explain shop.pclb --trust keys/trust.json -";

impl Explain {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let engine = self.engine.engine()?;
        let policy = self.bundle.open(engine.as_ref())?;
        let text = self.request.read()?;
        let request = Request::read(&text, &policy.names().vocabulary)
            .map_err(|malformed| Stop::usage(format!("the request: {malformed}")))?;
        let now = self.bundle.time.now()?;
        let mut previews = Previews::new(policy.as_ref());
        let explanation = previews
            .of(request.features.as_deref())
            .and_then(|policy| policy.explain(&request, now))
            .map_err(|failure| Stop::failure(&failure))?;
        let (bundle, trust) = (self.bundle.bundle()?, self.bundle.trust()?);
        // Of groups, teams and types only the bundle itself says which there are.
        let native = NativeEngine.open_policy(&bundle, &trust, now);
        let native = native.map_err(|failure| Stop::failure(&failure))?;
        let tenant = TenantNames::of(native.policy());
        let kind = &request.subject.kind;
        print_answer(&with_near_misses(
            explanation,
            policy.names(),
            &tenant,
            kind,
        ))
    }
}

/// Adds, to a permission, role, group, team or type that the policy does not have, the name that
/// it may be a slip of.
fn with_near_misses(
    explanation: String,
    names: &Names,
    tenant: &TenantNames,
    kind: &str,
) -> String {
    let Ok(mut said) = serde_json::from_str::<Value>(&explanation) else {
        return explanation;
    };
    let mut is_changed = false;
    let is =
        |of: &Value, member: &str, text: &str| of.get(member).and_then(Value::as_str) == Some(text);
    let mut near = |of: &mut Value, member: &str, known: &[String]| {
        let name = of.get(member).and_then(Value::as_str).unwrap_or_default();
        let found = meant(name, known.iter().map(String::as_str)).map(str::to_owned);
        if let (Some(found), Some(object)) = (found, of.as_object_mut()) {
            object.insert("nearest".to_owned(), found.into());
            is_changed = true;
        }
    };
    let answer = said.get("answer");
    if answer.is_some_and(|answer| is(answer, "reason", "unknown-permission")) {
        near(&mut said, "permission", &names.permissions);
    }
    let ignored = said.get_mut("ignored").and_then(Value::as_array_mut);
    for one in ignored.into_iter().flatten() {
        if !is(one, "why", "unknown") {
            continue;
        }
        let known = [
            ("role", &names.roles),
            ("group", &tenant.groups),
            ("team", &tenant.teams),
        ];
        for (sort, known) in known {
            if is(one, "kind", sort) {
                near(one, "id", known);
            }
        }
    }
    // The engine takes any type; it is the directory that knows only some.
    let known = tenant.types.iter().map(String::as_str);
    if !tenant.types.iter().any(|known| known == kind)
        && let Some(like) = meant(kind, known)
        && let Some(ignored) = said.get_mut("ignored").and_then(Value::as_array_mut)
    {
        ignored.push(json!({ "kind": "type", "id": kind, "why": "unknown", "nearest": like }));
        is_changed = true;
    }
    if is_changed {
        said.to_string()
    } else {
        explanation
    }
}
