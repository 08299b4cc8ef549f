//! `explain`: why an answer is what it is.

use clap::Args;
use portcullis_host::Names;
use portcullis_json::nearest;
use portcullis_policy::authzen::Request;
use serde_json::Value;

use super::{
    decide::Previews, engines::EngineArgs, input::JsonArgument, load::BundleArgs,
    output::print_answer, stop::Stop,
};

/// Say why an answer is what it is, and what would allow it
///
/// The JSON names the answer, the roles held and where each comes from, what was ignored
/// and why, what each grant is worth here, and the smallest changes that would allow it. Beside a
/// permission or role that the policy does not have, `nearest` is the name that was probably meant.
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
        print_answer(&with_near_misses(explanation, policy.names()))
    }
}

/// Adds, to a permission or role that the policy does not have, the name that it may be a slip of.
fn with_near_misses(explanation: String, names: &Names) -> String {
    let Ok(mut said) = serde_json::from_str::<Value>(&explanation) else {
        return explanation;
    };
    let mut is_changed = false;
    let is =
        |of: &Value, member: &str, text: &str| of.get(member).and_then(Value::as_str) == Some(text);
    let mut near = |of: &mut Value, member: &str, known: &[String]| {
        let name = of.get(member).and_then(Value::as_str).unwrap_or_default();
        let found = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
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
        if is(one, "kind", "role") && is(one, "why", "unknown") {
            near(one, "id", &names.roles);
        }
    }
    if is_changed {
        said.to_string()
    } else {
        explanation
    }
}
