//! Envoy, with the configurations of examples/envoy.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::http::{self, Message};
use crate::service::{Service, free_address};
use crate::tools::{Tool, artefact, root};

/// A running Envoy; it ends when this is dropped.
#[derive(Debug)]
pub struct Envoy {
    service: Service,
    address: SocketAddr,
    admin: SocketAddr,
    folder: TempDir,
}

/// What an example's configuration is filled in with.
#[derive(Debug, Clone)]
pub struct Filling {
    /// The file in examples/envoy.
    pub template: &'static str,
    /// Each placeholder and what takes its place.
    pub placeholders: Vec<(&'static str, String)>,
    /// Texts of the template and what takes their place, beyond what a user would fill in.
    pub changes: Vec<(String, String)>,
    /// Texts at which a part to be left out begins, and at which what follows it begins.
    pub cuts: Vec<(&'static str, &'static str)>,
    /// Where requests go on to.
    pub upstream: SocketAddr,
    /// Where bundles come from, if the example fetches them.
    pub bundles: Option<SocketAddr>,
    /// The filter, if it is not the one in dist/.
    pub filter: Option<PathBuf>,
    /// How many workers run.
    pub concurrency: u32,
}

impl Filling {
    /// Fills in an example.
    #[must_use]
    pub fn new(template: &'static str, upstream: SocketAddr) -> Self {
        Self {
            template,
            placeholders: Vec::new(),
            changes: Vec::new(),
            cuts: Vec::new(),
            upstream,
            bundles: None,
            filter: None,
            concurrency: 2,
        }
    }

    /// Puts a text in the place of a placeholder.
    #[must_use]
    pub fn fill(mut self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.placeholders.push((placeholder, text.into()));
        self
    }

    /// Leaves out a part.
    #[must_use]
    pub fn cut(mut self, from: &'static str, to: &'static str) -> Self {
        self.cuts.push((from, to));
        self
    }

    /// Puts a text in the place of another, which must be there.
    #[must_use]
    pub fn change(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.changes.push((from.into(), to.into()));
        self
    }

    /// Returns the configuration for a gateway at `address`.
    ///
    /// # Errors
    ///
    /// When the example lacks what is to be replaced, or keeps a placeholder.
    pub fn configuration(&self, address: SocketAddr, admin: SocketAddr) -> Result<String> {
        let path = root().join("examples/envoy").join(self.template);
        let mut text = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        for (from, to) in &self.cuts {
            let parts = text.split_once(from);
            let parts = parts.and_then(|(head, rest)| Some((head, rest.split_once(to)?.1)));
            let Some((head, tail)) = parts else {
                bail!("{} has no part from `{from}` to `{to}`", self.template);
            };
            text = format!("{head}{to}{tail}");
        }
        let filter = match &self.filter {
            Some(filter) => filter.clone(),
            None => artefact(FILTER).context("dist/ has no filter: run `cargo xtask wasm`")?,
        };
        let mut changes = vec![
            (port(10_000), port(address.port())),
            (port(9_901), port(admin.port())),
            (port(8_080), port(self.upstream.port())),
        ];
        let code = format!("filename: dist/{FILTER}");
        // A gateway to be compared with has no filter.
        if text.contains(&code) {
            changes.push((code, format!("filename: {}", filter.display())));
        }
        if let Some(bundles) = self.bundles {
            changes.push((port(8_081), port(bundles.port())));
        }
        let placeholders = self.placeholders.iter();
        changes.extend(placeholders.map(|(name, text)| ((*name).to_owned(), text.clone())));
        changes.extend(self.changes.iter().cloned());
        for (from, to) in &changes {
            if !text.contains(from) {
                bail!("{} has no `{from}`", self.template);
            }
            text = text.replace(from, to);
        }
        let unfilled = |line: &&str| !line.starts_with('#') && line.contains(": @");
        if let Some(line) = text.lines().find(unfilled) {
            bail!("{} is not filled in: {line}", self.template);
        }
        Ok(text)
    }
}

impl Envoy {
    /// Starts Envoy with an example, filled in.
    ///
    /// # Errors
    ///
    /// When Envoy is missing or refuses the configuration; the error holds what it printed.
    pub fn start(filling: &Filling) -> Result<Self> {
        let (address, admin) = (free_address()?, free_address()?);
        Self::start_at(filling, address, admin)
    }

    /// Starts Envoy with an example, filled in, on given ports.
    ///
    /// # Errors
    ///
    /// When Envoy is missing or refuses the configuration; the error holds what it printed.
    pub fn start_at(filling: &Filling, address: SocketAddr, admin: SocketAddr) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let configuration = folder.path().join("envoy.yaml");
        fs::write(&configuration, filling.configuration(address, admin)?)?;
        let service = run(&configuration, filling.concurrency, folder.path(), address)?;
        Ok(Self {
            service,
            address,
            admin,
            folder,
        })
    }

    /// Starts Envoy with an example whose listener is read from a file, so that it can be
    /// replaced while Envoy runs.
    ///
    /// # Errors
    ///
    /// When Envoy is missing or refuses the configuration; the error holds what it printed.
    pub fn start_replaceable(filling: &Filling) -> Result<Self> {
        let (address, admin) = (free_address()?, free_address()?);
        let folder = tempfile::tempdir()?;
        let (rest, listener) = parted(&filling.configuration(address, admin)?)?;
        let listeners = folder.path().join("listeners");
        fs::create_dir(&listeners)?;
        fs::write(listeners.join("lds.yaml"), listener)?;
        let dynamic = format!(
            "node: {{ id: test, cluster: test }}\n\
             dynamic_resources:\n  lds_config:\n    resource_api_version: V3\n    \
             path_config_source:\n      path: {0}/lds.yaml\n      \
             watched_directory: {{ path: {0} }}\n",
            listeners.display()
        );
        let configuration = folder.path().join("envoy.yaml");
        fs::write(&configuration, dynamic + &rest)?;
        let service = run(&configuration, filling.concurrency, folder.path(), address)?;
        Ok(Self {
            service,
            address,
            admin,
            folder,
        })
    }

    /// Replaces the listener of an Envoy that was started replaceable, all at once.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn replace(&self, filling: &Filling) -> Result<()> {
        let (_, listener) = parted(&filling.configuration(self.address, self.admin)?)?;
        let unfinished = self.folder.path().join("unfinished.yaml");
        fs::write(&unfinished, listener)?;
        fs::rename(unfinished, self.folder.path().join("listeners/lds.yaml"))?;
        Ok(())
    }

    /// Returns where it takes requests.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what it has printed.
    ///
    /// # Errors
    ///
    /// When its log cannot be read.
    pub fn service_log(&self) -> io::Result<String> {
        self.service.log()
    }

    /// Returns the running program.
    pub const fn service(&mut self) -> &mut Service {
        &mut self.service
    }

    /// Returns the value of one of the filter's metrics; zero if it is not there yet.
    ///
    /// # Errors
    ///
    /// When Envoy does not say.
    pub fn metric(&self, name: &str) -> io::Result<u64> {
        let wanted = format!("wasmcustom.portcullis.{name}");
        let stats = self.admin("/stats?filter=portcullis")?.text();
        let line = stats.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            (own == wanted).then(|| value.parse().ok())?
        });
        Ok(line.unwrap_or(0))
    }

    /// Asks Envoy's own pages.
    ///
    /// # Errors
    ///
    /// When they do not answer.
    pub fn admin(&self, target: &str) -> io::Result<Message> {
        let headers = [("host", "admin"), ("connection", "close")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        http::exchange(
            self.admin,
            "GET",
            &http::request("GET", target, &headers, b""),
        )
    }
}

/// Parts a configuration into all but its listener, and a discovery response with that.
fn parted(configuration: &str) -> Result<(String, String)> {
    let parts = configuration.split_once("  listeners:\n");
    let parts = parts.and_then(|(head, rest)| {
        let (listener, tail) = rest.split_once("  clusters:\n")?;
        Some((format!("{head}  clusters:\n{tail}"), listener))
    });
    let (rest, listener) = parts.context("the example has no listener before its clusters")?;
    let typed =
        "    - \"@type\": type.googleapis.com/envoy.config.listener.v3.Listener\n      name:";
    let listener = listener.replacen("    - name:", typed, 1);
    Ok((rest, format!("resources:\n{listener}")))
}

fn run(
    configuration: &Path,
    concurrency: u32,
    folder: &Path,
    address: SocketAddr,
) -> Result<Service> {
    let program = Tool::Envoy.find().context("there is no Envoy")?;
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .arg("-c")
        .arg(configuration)
        // Several Envoys on one machine share memory under this number.
        .args(["--base-id", &base_id().to_string()])
        .args(["--concurrency", &concurrency.to_string()])
        .args(["--log-level", "warning"])
        .args(["--component-log-level", "wasm:info"]);
    Service::start(&mut command, folder.join("envoy.log"), address)
}

fn base_id() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let own = LAST.fetch_add(1, Ordering::Relaxed);
    (std::process::id() % 100_000) * 1_000 + own
}

fn port(port: u16) -> String {
    format!("port_value: {port} ")
}

const FILTER: &str = "portcullis.proxy.wasm";
