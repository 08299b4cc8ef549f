//! `test`: the bare-target checks, then every test of the workspace.

use std::thread;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::budgets::Budgets;
use crate::checks::Checks;
use crate::databases;
use crate::fuzz::{self, Until};
use crate::gateways;
use crate::guests::libraries;
use crate::parsers;
use crate::run::{HOUSE, PRODUCT, say};
use crate::setup::{self, Tools};
use crate::suites::{self, Suite};
use crate::toolchain::TARGET;
use crate::wasm;
use crate::web::{self, WebTools};

/// A suite that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Alone {
    /// The gate end to end: in Envoy and under wasi:http
    Gateways,
    /// The npm package in Node, Chromium and workerd, and the React app in Chromium
    Browser,
    /// The console in Chromium
    Console,
    /// The gate's reading of queries beside that of servers' own parsers
    Parsers,
    /// Filters as SQL, on rows in the databases that they are written for
    Databases,
    /// Every fuzz target, for a short while
    Fuzz,
}

/// Builds what the tests load, then runs them: one suite, or all.
pub(crate) fn run(alone: Option<Alone>, quick: bool) -> Result<()> {
    match alone {
        Some(Alone::Gateways) => gateways::test(quick),
        Some(Alone::Browser) => web::test(),
        Some(Alone::Console) => web::test_console(),
        Some(Alone::Parsers) => parsers::test(),
        Some(Alone::Databases) => databases::test(),
        Some(Alone::Fuzz) => {
            let mut checks = Checks::default();
            fuzz_shortly(&mut checks);
            checks.finish(Some(&Budgets::committed()?))
        }
        None => run_all(quick),
    }
}

fn run_all(quick: bool) -> Result<()> {
    let budgets = Budgets::committed()?;
    let mut checks = Checks::default();
    let mut built = None;
    checks.hold("what the tests load and run, built", || {
        built = Some(Built::new(quick)?);
        Ok(())
    });
    let Some(built) = built else {
        return checks.finish(Some(&budgets));
    };
    if !quick {
        for package in libraries() {
            let mut build = built.tools.toolchain.cargo("build");
            checks.compile(
                format!("{package} alone for {TARGET}"),
                build.args(["--package", package]),
            );
        }
    }
    for suite in &built.suites {
        // Real proxies, parsers and databases take their time; so do browsers, below.
        if quick && SLOW.iter().any(|slow| suite.name.starts_with(slow)) {
            continue;
        }
        let mut command = suite.command();
        if quick {
            command.env("PROPTEST_CASES", QUICK_CASES);
        }
        checks.run(&suite.name, &mut command);
    }
    checks.run("documentation", &mut suites::documentation(&PRODUCT));
    if let Some(web) = &built.web {
        web::check(web, &mut checks);
    }
    if !quick {
        fuzz_shortly(&mut checks);
    }
    checks.finish(Some(&budgets))
}

fn fuzz_shortly(checks: &mut Checks) {
    let mut there = false;
    checks.hold("fuzz targets, built", || {
        there = fuzz::ensure()?;
        if there { fuzz::build() } else { Ok(()) }
    });
    if there {
        checks.hold("fuzz targets, run", || {
            let ran = fuzz::run(Until::Seconds(FUZZ_SECONDS), &[])?;
            say(format!("fuzzed:\n{}", fuzz::table(&ran).trim_fmt()));
            Ok(())
        });
    }
}

/// What is needed before the first test runs.
struct Built {
    tools: Tools,
    web: Option<WebTools>,
    suites: Vec<Suite>,
}

impl Built {
    /// Builds the tests and what they load side by side: each waits where the other computes.
    fn new(quick: bool) -> Result<Self> {
        thread::scope(|threads| {
            let suites = threads.spawn(|| {
                let mut suites = Suite::build("tests of xtask", &["--package", "xtask"])?;
                suites.extend(Suite::build("tests of the product", &PRODUCT)?);
                suites.extend(Suite::build("checks of the repository", &HOUSE)?);
                suites::some(suites)
            });
            let loaded = Self::load(quick);
            let suites = suites
                .join()
                .unwrap_or_else(|_| bail!("the build of the tests could not be followed"));
            let (tools, web) = loaded?;
            Ok(Self {
                tools,
                web,
                suites: suites?,
            })
        })
    }

    fn load(quick: bool) -> Result<(Tools, Option<WebTools>)> {
        let tools = setup::ensure()?;
        wasm::build_with(&tools)?;
        if quick {
            return Ok((tools, None));
        }
        gateways::ensure()?;
        parsers::ensure()?;
        databases::ensure()?;
        let web = web::ensure()?;
        if let Some(web) = &web {
            web::build(&tools)?;
            web::build_console(web)?;
        }
        Ok((tools, web))
    }
}

/// What the quick half leaves out.
const SLOW: [&str; 3] = [
    "portcullis-gateways: ",
    "portcullis-parsers: ",
    "portcullis-databases: ",
];

/// How long each fuzz target runs among the tests.
const FUZZ_SECONDS: u64 = 20;

/// How many random cases a property gets that leaves their number to the environment.
const QUICK_CASES: &str = "16";
