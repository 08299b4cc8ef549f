//! `filter`: which resources of a list the subject may have.

use clap::Args;
use portcullis_host::sql::Condition;
use portcullis_policy::authzen::Request;
use serde_json::json;

use super::{
    decide::Previews,
    engines::EngineArgs,
    input::JsonArgument,
    load::BundleArgs,
    output::{print_answer, print_json},
    stop::Stop,
};

/// Print the list filter: what the origin must apply when it lists resources
///
/// It is the answer with nothing known of the resource: allow means every one, deny means
/// none, conditional means those that the residual lets through.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Filter {
    #[command(flatten)]
    bundle: BundleArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// An AuthZEN request, as JSON, `@file` or `-`; of its resource only the type counts
    #[arg(value_name = "REQUEST")]
    request: JsonArgument,

    /// Print a condition of SQL with its parameters: {"where": …, "parameters": […]}
    #[arg(long)]
    sql: bool,

    /// With --sql: attributes whose columns are arrays (PostgreSQL's text[])
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "sql")]
    arrays: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis filter shop.pclb --trust keys/trust.json @request.json
  portcullis filter shop.pclb --trust keys/trust.json @request.json --sql --arrays assignees
  {\"where\":\"((\\\"assignees\\\" && ARRAY[$1]::text[]) IS TRUE)\",\"parameters\":[\"jo\"]}

A request:
  {\"subject\":{\"type\":\"user\",\"id\":\"jo\",\"properties\":{\"roles\":[\"agent\"]}},
   \"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"tickets\"}}";

impl Filter {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let engine = self.engine.engine()?;
        let policy = self.bundle.open(engine.as_ref())?;
        let text = self.request.read()?;
        let request = Request::read_filter(&text, &policy.names().vocabulary)
            .map_err(|malformed| Stop::usage(format!("the request: {malformed}")))?;
        let now = self.bundle.time.now()?;
        let mut previews = Previews::new(policy.as_ref());
        let answer = previews
            .of(request.features.as_deref())
            .and_then(|policy| policy.filter(&request, now))
            .map_err(|failure| Stop::failure(&failure))?;
        if !self.sql {
            return print_answer(&answer);
        }
        let condition = Condition::of_answer(&answer, &self.arrays)
            .map_err(|error| Stop::check(error.to_string()))?;
        print_json(&json!({ "where": condition.text, "parameters": condition.parameters }))
    }
}
