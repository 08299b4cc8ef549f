//! Fetches the keys of issuers, and shares them with other instances by files.

use portcullis_http_shell::{
    KEY_FETCH_SECONDS, KEY_FILE_BYTES_MAX, KeyFile, Save, UnixSeconds, event,
};
use wasip3::clocks::monotonic_clock;

use crate::{
    bindings::with_state,
    fetch, files,
    handler::{now, say},
    log,
};

/// Brings the keys for a request that waits for them, if they come in time.
pub(crate) async fn bring(issuer: usize) {
    let Some(file) = with_state(|middleware| middleware.key_file(issuer)).flatten() else {
        return;
    };
    recall(&file).await;
    with_state(|middleware| middleware.want_keys(issuer, seconds()));
    let mut waited = 0;
    loop {
        refresh().await;
        let goes_on = with_state(|middleware| middleware.fetches_keys(issuer, seconds()));
        // Somebody else fetches them, and says in the file what came of it.
        if goes_on != Some(true) || waited >= KEY_FETCH_SECONDS.saturating_mul(SECOND) {
            return;
        }
        monotonic_clock::wait_for(PAUSE).await;
        waited = waited.saturating_add(PAUSE);
        recall(&file).await;
    }
}

/// Fetches whatever is due.
pub(crate) async fn refresh() {
    while let Some(file) = with_state(|middleware| middleware.due_keys(seconds())).flatten() {
        recall(&file).await;
        let begun = with_state(|middleware| middleware.begin_fetch(&file, seconds()));
        let Some(fetch) = begun.flatten() else {
            continue;
        };
        save(fetch.save.as_ref()).await;
        let answer = fetch::get(&fetch).await;
        let ended =
            with_state(|middleware| middleware.answer_fetch(&fetch, answer.as_ref(), seconds()));
        let Some((line, kept)) = ended else {
            return;
        };
        if let Some(line) = line {
            log::line(line);
        }
        save(kept.as_ref()).await;
    }
}

/// Takes what other instances know.
pub(crate) async fn recall(file: &KeyFile) {
    // That there is none yet is nothing to speak of.
    let found = files::bytes(&file.path, KEY_FILE_BYTES_MAX).await.ok();
    say(|middleware| middleware.recall_keys(file, found.as_deref()));
}

/// Says it to other instances; where that fails, each fetches for itself.
async fn save(save: Option<&Save>) {
    let Some(save) = save else {
        return;
    };
    if let Err(why) = files::replace(&save.path, save.bytes.clone()).await {
        log::line(event(
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
