//! Connections, from the first to the end of the program.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io::{self, Write as _},
    net::Ipv4Addr,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tempfile::NamedTempFile;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    signal::{ctrl_c, unix},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};

use crate::{
    api,
    arguments::Arguments,
    browser,
    console::Console,
    limits::{
        CONNECTION_TIME, CONNECTIONS_MAX, END_TIME, HEAD_BYTES_MAX, HEAD_TIME, LAST_REQUEST_TIME,
    },
    stop::Stop,
};

/// Serves the console until somebody ends it.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Stop> {
    let runtime = runtime().map_err(|error| {
        Stop::io(
            format!("cannot start: {error}"),
            "free some of what this machine's programs use",
        )
    })?;
    let port = arguments.port;
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        .and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
    let (port, listener) = listener.map_err(|error| {
        Stop::io(
            format!("cannot listen on 127.0.0.1:{port}: {error}"),
            "another console may run there; name a port with `--port N`, or take a free one with `--port 0`",
        )
    })?;
    let (console, token) = Console::new(arguments, port)?;
    let address = console.address.with_token(token.reveal());
    let opened = greet(&address, arguments.open)?;
    match runtime.block_on(serve(listener, Arc::new(console))) {
        // A change that is being written is finished.
        Ok(End::InTime) => runtime.shutdown_timeout(END_TIME),
        Ok(End::AtOnce) => runtime.shutdown_background(),
        Err(error) => {
            let message = format!("cannot wait for the end of the program: {error}");
            return Err(Stop::io(message, "start the console again"));
        }
    }
    drop(opened);
    say("ended; what was saved is in the files");
    Ok(())
}

/// How the program is to end.
enum End {
    InTime,
    AtOnce,
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Prints the address, and opens the browser if that is asked for.
fn greet(address: &str, open: bool) -> Result<Option<NamedTempFile>, Stop> {
    let mut out = io::stdout().lock();
    let printed = writeln!(out, "{address}").and_then(|()| out.flush());
    printed.map_err(|error| {
        Stop::io(
            format!("cannot print the address: {error}"),
            "let somebody read what the program prints",
        )
    })?;
    say("open this address in a browser on this machine; it works once. Ctrl-C ends");
    if !open {
        return Ok(None);
    }
    let opened = browser::open(address);
    if let Err(error) = &opened {
        say(&format!(
            "no browser was opened ({error}): open the address yourself"
        ));
    }
    Ok(opened.ok())
}

/// Serves until somebody ends the program.
async fn serve(listener: TcpListener, console: Arc<Console>) -> io::Result<End> {
    let mut asked_to_end = pin!(end());
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (ending, watched) = watch::channel(());
    loop {
        let next = pin!(accept(&listener, Arc::clone(&slots)));
        match first(asked_to_end.as_mut(), next).await {
            First::One(asked) => {
                asked?;
                break;
            }
            First::Other(Some((stream, slot))) => {
                let (console, ending) = (Arc::clone(&console), watched.clone());
                tokio::spawn(async move {
                    connected(stream, console, ending).await;
                    drop(slot);
                });
            }
            First::Other(None) => {}
        }
    }
    drop((listener, ending));
    say("ends after what it is doing; Ctrl-C again ends at once");
    // Every connection has given its slot back once it is closed.
    let closed = slots.acquire_many(u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX));
    let closed = pin!(timeout(END_TIME, closed));
    Ok(match first(closed, pin!(end())).await {
        First::One(_) => End::InTime,
        First::Other(_) => End::AtOnce,
    })
}

/// Takes the next connection once there is room for it.
async fn accept(
    listener: &TcpListener,
    slots: Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = slots.acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(_) => {
            // One that broke at once, or no file handle is free: the next may come.
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Answers the requests of a connection until it has lasted long enough or the program ends;
/// then the one that is being answered is the last.
async fn connected(stream: TcpStream, console: Arc<Console>, mut ending: watch::Receiver<()>) {
    let answer = service_fn(move |request| {
        let console = Arc::clone(&console);
        async move { Ok::<_, Infallible>(api::answer(console, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    let enough = pin!(timeout(CONNECTION_TIME, ending.changed()));
    if let First::Other(_) = first(connection.as_mut(), enough).await {
        connection.as_mut().graceful_shutdown();
        // How it ends is the client's; a change that it gave up is finished all the same.
        let _ = timeout(LAST_REQUEST_TIME, connection).await;
    }
}

/// Waits until somebody ends the program.
async fn end() -> io::Result<()> {
    let mut terminated = unix::signal(unix::SignalKind::terminate())?;
    match first(pin!(ctrl_c()), pin!(terminated.recv())).await {
        First::One(interrupted) => interrupted,
        First::Other(_) => Ok(()),
    }
}

enum First<A, B> {
    One(A),
    Other(B),
}

/// Waits for whichever of two comes first.
async fn first<A: Future + Unpin, B: Future + Unpin>(
    mut one: A,
    mut other: B,
) -> First<A::Output, B::Output> {
    poll_fn(|context| {
        if let Poll::Ready(done) = Pin::new(&mut one).poll(context) {
            return Poll::Ready(First::One(done));
        }
        Pin::new(&mut other).poll(context).map(First::Other)
    })
    .await
}

fn say(line: &str) {
    // Whoever closed this stream does not want to know.
    let _ = writeln!(io::stderr(), "{line}");
}

/// How long it is until a connection is taken after one that could not be.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
