//! `modules`: what a menu may show.

use clap::Args;
use portcullis_policy::authzen::Subject;

use super::{
    decide::Previews,
    engines::EngineArgs,
    input::JsonArgument,
    load::BundleArgs,
    output::{print_answer, write_text},
    stop::Stop,
};

/// Print the modules that a subject sees, with what it may do in each
///
/// It is for display; what may be done is what `decide` answers.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Modules {
    #[command(flatten)]
    bundle: BundleArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// An AuthZEN subject, as JSON, `@file` or `-`
    #[arg(long, value_name = "JSON|@FILE")]
    subject: JsonArgument,

    /// The features that are on, instead of the tenant's
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    features: Option<Vec<String>>,

    /// Print the snapshot's entity tag instead: the same while it cannot have changed
    #[arg(long)]
    etag: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis modules shop.pclb --trust keys/trust.json \\
    --subject '{\"type\":\"user\",\"id\":\"jo\",\"properties\":{\"roles\":[\"agent\"]}}'
  portcullis modules shop.pclb --trust keys/trust.json --subject @jo.json --features reports";

impl Modules {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let engine = self.engine.engine()?;
        let policy = self.bundle.open(engine.as_ref())?;
        let text = self.subject.read()?;
        let subject = Subject::read(&text, &policy.names().vocabulary)
            .map_err(|malformed| Stop::usage(format!("the subject: {malformed}")))?;
        let mut previews = Previews::new(policy.as_ref());
        let policy = previews
            .of(self.features.as_deref())
            .map_err(|failure| Stop::failure(&failure))?;
        let snapshot = policy
            .modules(&subject, self.bundle.time.now()?)
            .map_err(|failure| Stop::failure(&failure))?;
        if self.etag {
            let info = policy.info();
            return write_text(|out| {
                writeln!(out, "{}", subject.etag(&info.digest, &info.features))
            });
        }
        print_answer(&snapshot)
    }
}
