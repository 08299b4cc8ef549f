//! Fetches the keys of issuers, and shares them with other instances by files.

use portcullis_http_shell::{
    KEY_FETCH_SECONDS, KEY_FILE_BYTES_MAX, KeyFile, Middleware, Save, UnixSeconds, event,
};
use wasip2::clocks::monotonic_clock;

use crate::{
    bindings::with_state,
    fetch, files,
    handler::{now, say},
    log,
};

/// Brings the keys for a request that waits for them, if they come in time.
pub(crate) fn bring(issuer: usize) {
    let mut waited = 0;
    let look = || {
        with_state(|middleware| {
            if let Some(file) = middleware.key_file(issuer) {
                recall(middleware, &file);
            }
        });
    };
    look();
    with_state(|middleware| middleware.want_keys(issuer, seconds()));
    loop {
        refresh();
        let goes_on = with_state(|middleware| middleware.fetches_keys(issuer, seconds()));
        // Another instance fetches them, which says in the file what came of it.
        if goes_on != Some(true) || waited >= KEY_FETCH_SECONDS.saturating_mul(SECOND) {
            return;
        }
        monotonic_clock::subscribe_duration(PAUSE).block();
        waited = waited.saturating_add(PAUSE);
        look();
    }
}

/// Fetches whatever is due.
pub(crate) fn refresh() {
    while let Some(file) = with_state(|middleware| middleware.due_keys(seconds())).flatten() {
        let begun = with_state(|middleware| {
            recall(middleware, &file);
            middleware.begin_fetch(&file, seconds())
        });
        let Some(fetch) = begun.flatten() else {
            continue;
        };
        save(fetch.save.as_ref());
        let answer = fetch::get(&fetch);
        let ended =
            with_state(|middleware| middleware.answer_fetch(&fetch, answer.as_ref(), seconds()));
        let Some((line, kept)) = ended else {
            return;
        };
        say(line);
        save(kept.as_ref());
    }
}

/// Takes what other instances know.
pub(crate) fn recall(middleware: &mut Middleware, file: &KeyFile) {
    // That there is none yet is nothing to speak of.
    let found = files::bytes(&file.path, KEY_FILE_BYTES_MAX).ok();
    say(middleware.recall_keys(file, found.as_deref()));
}

/// Says it to other instances; where that fails, each fetches for itself.
fn save(save: Option<&Save>) {
    let Some(save) = save else {
        return;
    };
    if let Err(why) = files::replace(&save.path, &save.bytes) {
        log::line(&event(
            "keys-not-kept",
            &[("file", &save.path), ("why", &why)],
        ));
    }
}

fn seconds() -> UnixSeconds {
    now().seconds
}

const SECOND: u64 = 1_000_000_000;
const PAUSE: u64 = 100_000_000;
