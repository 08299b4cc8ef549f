//! Every plugin and request of one VM.

use alloc::vec::Vec;

use portcullis_proxy_shell::{Root, Sorted};

/// Every plugin (root context) and request (stream context) of one VM.
///
/// Proxies run plugins of the same code in one VM, so all state belongs to its plugin.
#[derive(Debug)]
pub(crate) struct Filter {
    /// Few, so that looking through them is quick.
    roots: Vec<(u32, Root)>,
    /// The plugin of each request in flight.
    streams: Sorted<u32, u32>,
}

impl Filter {
    pub(crate) const fn new() -> Self {
        Self {
            roots: Vec::new(),
            streams: Sorted::new(),
        }
    }

    pub(crate) fn create(&mut self, context: u32, parent: u32) {
        if parent == 0 {
            self.roots.push((context, Root::new()));
        } else {
            self.streams.insert(context, parent);
        }
    }

    pub(crate) fn delete(&mut self, context: u32) {
        match self.streams.remove(&context) {
            Some(root) => {
                if let Some(root) = self.root(root) {
                    root.closed(context);
                    root.forget(context);
                }
            }
            None => self.roots.retain(|(own, _)| *own != context),
        }
    }

    /// Returns a plugin.
    pub(crate) fn root(&mut self, root: u32) -> Option<&mut Root> {
        let mut roots = self.roots.iter_mut();
        let (_, found) = roots.find(|(own, _)| *own == root)?;
        Some(found)
    }

    /// Returns the plugin of a request.
    pub(crate) fn root_of(&mut self, stream: u32) -> Option<&mut Root> {
        let root = *self.streams.get(&stream)?;
        self.root(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_plugin_that_it_was_created_under() {
        let mut filter = Filter::new();
        filter.create(1, 0);
        filter.create(2, 1);
        filter.create(3, 9);
        assert!(filter.root(1).is_some());
        assert!(filter.root_of(2).is_some());
        assert!(filter.root_of(3).is_none(), "its plugin is not there");
        assert!(filter.root_of(99).is_none(), "it was never created");
        assert!(filter.root(2).is_none(), "a request is no plugin");
        assert!(filter.root_of(1).is_none(), "a plugin is no request");
    }

    #[test]
    fn what_is_deleted_is_gone() {
        let mut filter = Filter::new();
        filter.create(1, 0);
        filter.create(2, 1);
        filter.delete(2);
        assert!(filter.root_of(2).is_none());
        assert!(filter.root(1).is_some());
        filter.create(2, 1);
        filter.delete(1);
        assert!(filter.root_of(2).is_none());
    }
}
