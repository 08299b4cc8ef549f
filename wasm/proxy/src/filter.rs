//! Every plugin and request of one VM.

use alloc::collections::BTreeMap;

use crate::{
    host::Host,
    root::{self, Root},
};

/// Every plugin (root context) and request (stream context) of one VM.
///
/// Proxies run plugins of the same code in one VM, so all state belongs to its plugin.
#[derive(Debug)]
pub(crate) struct Filter {
    roots: BTreeMap<u32, Root>,
    /// The plugin of each request in flight.
    streams: BTreeMap<u32, u32>,
}

impl Filter {
    pub(crate) const fn new() -> Self {
        Self {
            roots: BTreeMap::new(),
            streams: BTreeMap::new(),
        }
    }

    pub(crate) fn create(&mut self, context: u32, parent: u32) {
        if parent == 0 {
            self.roots.insert(context, Root::new());
        } else {
            self.streams.insert(context, parent);
        }
    }

    pub(crate) fn delete(&mut self, context: u32) {
        if self.streams.remove(&context).is_none() {
            self.roots.remove(&context);
        }
    }

    /// Returns whether the plugin can work with its configuration.
    pub(crate) fn configure(&mut self, host: &impl Host, root: u32, bytes: usize) -> bool {
        let Some(root) = self.roots.get_mut(&root) else {
            return false;
        };
        root.configure(host, bytes)
    }

    pub(crate) fn tick(&mut self, host: &impl Host, root: u32) {
        if let Some(root) = self.roots.get_mut(&root) {
            root.tick(host);
        }
    }

    pub(crate) fn fetched(
        &mut self,
        host: &impl Host,
        root: u32,
        call: u32,
        headers: u32,
        body_bytes: usize,
    ) {
        if let Some(root) = self.roots.get_mut(&root) {
            root.fetched(host, call, headers, body_bytes);
        }
    }

    /// Judges the request of a stream; returns whether it goes on.
    pub(crate) fn request(&mut self, host: &impl Host, stream: u32) -> bool {
        let root = self.streams.get(&stream);
        match root.and_then(|root| self.roots.get_mut(root)) {
            Some(root) => root.request(host, stream),
            None => root::refuse(host),
        }
    }
}
