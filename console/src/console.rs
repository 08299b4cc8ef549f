//! All that answers need: the policies, the page, who uses it, and who may.

use std::sync::Arc;

use hyper::StatusCode;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    address::Address,
    answer::Answer,
    arguments::Arguments,
    asker::{Asker, Who},
    limits::WORKERS_MAX,
    page::Page,
    policies::Policies,
    secret::Secret,
    session::Session,
    stop::Stop,
};

/// The console of one process.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) address: Address,
    pub(crate) asker: Asker,
    pub(crate) page: Page,
    pub(crate) policies: Policies,
    pub(crate) session: Session,
    workers: Arc<Semaphore>,
}

impl Console {
    /// Finds all that it needs, and returns the token of the page's address besides.
    pub(crate) fn new(arguments: &Arguments, port: u16) -> Result<(Self, Arc<Secret>), Stop> {
        let subject = arguments.subject.clone().map(Who::Subject);
        let who = subject.or_else(|| arguments.vendor.clone().map(Who::Vendor));
        let (session, token) = Session::new(port).map_err(|error| {
            Stop::io(
                format!("this machine gives no random bytes: {error}"),
                "the console needs them for its token; ask whoever keeps the machine",
            )
        })?;
        let console = Self {
            address: Address { port },
            asker: Asker::new(who),
            page: Page::read(arguments.page.as_deref())?,
            policies: Policies::find(&arguments.folders)?,
            session,
            workers: Arc::new(Semaphore::new(WORKERS_MAX)),
        };
        Ok((console, token))
    }

    /// Does what waits on files, where it keeps no other request from its answer.
    ///
    /// Whoever asked may be gone before it is done; it is done all the same.
    pub(crate) async fn work(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Answer + Send + 'static,
    ) -> Answer {
        let failed = || {
            Answer::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the console failed at this: read the policy again to see what became of it, and report what you did",
            )
        };
        let Ok(turn) = Arc::clone(&self.workers).acquire_owned().await else {
            return failed();
        };
        let done = spawn_blocking(move || {
            let answer = work(&self);
            drop(turn);
            answer
        });
        done.await.unwrap_or_else(|_| failed())
    }
}
