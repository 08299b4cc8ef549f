//! Reads files from the directories that the runtime opened for this guest.

use alloc::{format, string::String, vec::Vec};

use portcullis_http_shell::{BundleFile, CONFIG_BYTES_MAX, Configuration, Mark, locate};
use wasip3::{
    cli::environment::get_environment,
    filesystem::{
        preopens::get_directories,
        types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags},
    },
    wit_bindgen::StreamResult,
    wit_stream,
};

/// Reads the configuration from where the environment says it is.
pub(crate) async fn configuration() -> Result<Vec<u8>, String> {
    match Configuration::find(get_environment())? {
        Configuration::Text(text) => Ok(text),
        Configuration::File(path) => match open(&path).await {
            Ok(file) => read(&file, CONFIG_BYTES_MAX).await,
            Err(why) => Err(why),
        }
        .map_err(|why| format!("`{path}` cannot be read: {why}")),
    }
}

/// Reads the bundle's file, unless it is as it was.
pub(crate) async fn bundle(file: &BundleFile) -> Result<Option<(Mark, Vec<u8>)>, String> {
    let opened = open(&file.path).await?;
    let stat = opened.stat().await.map_err(|code| words(&code))?;
    let modified = stat.data_modification_timestamp;
    let mark = Mark {
        bytes: stat.size,
        modified: modified.map(|time| (time.seconds, time.nanoseconds)),
    };
    if file.known == Some(mark) {
        return Ok(None);
    }
    Ok(Some((mark, read(&opened, file.bytes_max).await?)))
}

/// Reads a file to its end, or so much of it.
pub(crate) async fn bytes(path: &str, bytes_max: usize) -> Result<Vec<u8>, String> {
    read(&open(path).await?, bytes_max).await
}

/// Writes a file whole, in the place of the one before, all at once.
pub(crate) async fn replace(path: &str, bytes: Vec<u8>) -> Result<(), String> {
    let located = locate(get_directories(), path);
    let (directory, rest) = located.ok_or("no opened directory holds it")?;
    let unfinished = format!("{rest}.new");
    let file = directory
        .open_at(
            PathFlags::empty(),
            unfinished.clone(),
            OpenFlags::CREATE | OpenFlags::TRUNCATE,
            DescriptorFlags::WRITE,
        )
        .await
        .map_err(|code| words(&code))?;
    let (mut writer, reader) = wit_stream::new();
    let written = file.write_via_stream(reader, 0);
    let left = writer.write_all(bytes).await;
    drop(writer);
    written.await.map_err(|code| words(&code))?;
    if !left.is_empty() {
        return Err("it takes no more".into());
    }
    directory
        .rename_at(unfinished, &directory, rest)
        .await
        .map_err(|code| words(&code))
}

async fn open(path: &str) -> Result<Descriptor, String> {
    let located = locate(get_directories(), path);
    let (directory, rest) = located.ok_or("no opened directory holds it")?;
    directory
        .open_at(
            PathFlags::SYMLINK_FOLLOW,
            rest,
            OpenFlags::empty(),
            DescriptorFlags::READ,
        )
        .await
        .map_err(|code| words(&code))
}

/// Reads a file to its end, or so much of it.
async fn read(file: &Descriptor, bytes_max: usize) -> Result<Vec<u8>, String> {
    let (mut stream, ended) = file.read_via_stream(0);
    let mut bytes = Vec::new();
    loop {
        // What arrives goes into the room that there is.
        let left = bytes_max.saturating_sub(bytes.len());
        bytes.reserve(left.min(PART_BYTES));
        let (result, read) = stream.read(bytes).await;
        bytes = read;
        if bytes.len() >= bytes_max {
            bytes.truncate(bytes_max);
            return Ok(bytes);
        }
        if !matches!(result, StreamResult::Complete(_)) {
            break;
        }
    }
    ended.await.map_err(|code| words(&code))?;
    Ok(bytes)
}

/// Says what a reader of the log can do something about.
fn words(code: &ErrorCode) -> String {
    match code {
        ErrorCode::NoEntry => "it is not there",
        ErrorCode::Access | ErrorCode::NotPermitted => "it may not be read or written",
        ErrorCode::IsDirectory | ErrorCode::NotDirectory => "it is no file",
        _ => "the runtime cannot read or write it",
    }
    .into()
}

const PART_BYTES: usize = 256 * 1024;
