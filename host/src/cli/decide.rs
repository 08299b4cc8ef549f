//! `decide`: one question a line in, one answer a line out.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, IsTerminal as _, Read, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_host::{Failure, LoadedPolicy, evaluation};
use portcullis_policy::authzen::{Malformed, REQUEST_BYTES_MAX, Request, evaluated_elsewhere};

use super::{
    engines::EngineArgs,
    input,
    lines::{Line, read_line},
    load::{BundleArgs, TimeArgs},
    output::line_for,
    stop::Stop,
};

/// Answer AuthZEN 1.0 evaluation requests: one a line in, one answer a line out, in order
///
/// A line that cannot be understood, a blank one included, is answered with an error, and
/// the run goes on. `context.features` stands in for the tenant's features.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Decide {
    #[command(flatten)]
    bundle: BundleArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// The requests, as lines of JSON; `-` or nothing is the standard input
    #[arg(value_name = "REQUESTS")]
    requests: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis decide shop.pclb --trust keys/trust.json shop/requests.jsonl
  portcullis decide shop.pclb --trust keys/trust.json --engine component < shop/requests.jsonl

A request, and its answer:
  {\"subject\":{\"type\":\"user\",\"id\":\"jo\",\"properties\":{\"roles\":[\"agent\"]}},
   \"action\":{\"name\":\"reply\"},
   \"resource\":{\"type\":\"tickets\",\"id\":\"t-1\",\"properties\":{\"assignees\":[\"jo\"]}}}
  {\"decision\":true,
   \"context\":{\"effect\":\"allow\",\"reason\":\"granted\",\"role\":\"agent\",\"scope\":\"own\"}}
Each is one line.";

impl Decide {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let engine = self.engine.engine()?;
        let policy = self.bundle.open(engine.as_ref())?;
        let time = self.bundle.time;
        match &self.requests {
            Some(path) if !input::is_standard_input(Some(path)) => {
                let file = File::open(path).map_err(|error| Stop::io("read", path, error))?;
                answer_all(policy.as_ref(), time, path, file)
            }
            _ => answer_all(
                policy.as_ref(),
                time,
                Path::new("standard input"),
                io::stdin(),
            ),
        }
    }
}

fn answer_all(
    policy: &dyn LoadedPolicy,
    time: TimeArgs,
    path: &Path,
    source: impl Read,
) -> Result<(), Stop> {
    let mut requests = BufReader::with_capacity(BUFFER_BYTES, source);
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    let someone_watches = out.get_ref().is_terminal();
    let mut previews = Previews::new(policy);
    let mut line = Vec::new();
    loop {
        // Before waiting for more, everything that was answered is handed on: a program
        // that talks through pipes may be waiting for just that.
        if someone_watches || requests.buffer().is_empty() {
            out.flush()?;
        }
        let read = read_line(&mut requests, &mut line);
        let answer = match read.map_err(|error| Stop::io("read", path, error))? {
            Line::None => break,
            Line::Whole => previews.answer(&line, time),
            Line::TooLong => too_long().answer(),
        };
        writeln!(out, "{}", line_for(someone_watches, answer))?;
    }
    Ok(out.flush()?)
}

fn too_long() -> Malformed {
    Malformed {
        message: format!("the request has more than {REQUEST_BYTES_MAX} bytes"),
        limit: true,
    }
}

/// A policy, and the same under the feature sets that requests asked for last.
pub(crate) struct Previews<'p> {
    policy: &'p dyn LoadedPolicy,
    recent: Vec<(Vec<String>, Box<dyn LoadedPolicy>)>,
}

impl<'p> Previews<'p> {
    pub(crate) const fn new(policy: &'p dyn LoadedPolicy) -> Self {
        Self {
            policy,
            recent: Vec::new(),
        }
    }

    /// Returns the policy under the features that a request names, if it names any.
    pub(crate) fn of(&mut self, features: Option<&[String]>) -> Result<&dyn LoadedPolicy, Failure> {
        let Some(features) = features else {
            return Ok(self.policy);
        };
        let known = self.recent.iter().position(|(own, _)| own == features);
        let entry = match known {
            Some(at) => self.recent.remove(at),
            None => {
                let preview = self.policy.with_features(features)?;
                self.recent.truncate(PREVIEWS_MAX.saturating_sub(1));
                (features.to_vec(), preview)
            }
        };
        self.recent.insert(0, entry);
        let first = self.recent.first();
        Ok(first.map_or(self.policy, |(_, preview)| preview.as_ref()))
    }

    fn answer(&mut self, line: &[u8], time: TimeArgs) -> String {
        let request = match Request::read(line, &self.policy.names().vocabulary) {
            Ok(request) => request,
            Err(malformed) => return malformed.answer(),
        };
        let policy = self.of(request.features.as_deref());
        match policy.and_then(|policy| policy.decide(&request, time.now_or_end())) {
            Ok(canonical) => evaluated_elsewhere(&canonical),
            Err(failure) => evaluation::failed(&failure),
        }
    }
}

const BUFFER_BYTES: usize = 64 * 1024;
const PREVIEWS_MAX: usize = 8;
