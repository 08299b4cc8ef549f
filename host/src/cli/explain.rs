//! `explain`: why an answer is what it is.

use clap::Args;
use portcullis_policy::authzen::Request;

use super::{
    decide::Previews, engines::EngineArgs, input::JsonArgument, load::BundleArgs,
    output::print_answer, stop::Stop,
};

/// Say why an answer is what it is, and what would allow it
///
/// The JSON names the answer, the roles held and where each comes from, what was ignored
/// and why, what each grant is worth here, and the smallest changes that would allow it.
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
        print_answer(&explanation)
    }
}
