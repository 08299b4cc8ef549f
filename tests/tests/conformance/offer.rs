//! A bundle that is offered, and to whom; spoilt for each rejection.

use portcullis_engine::{
    KeyUse, RejectedBundle, SliceUse, UnixSeconds,
    format::{FORMAT, PAYLOAD_TYPES},
    pre_authentication_encoding,
};
use portcullis_host::HostTrust;
use portcullis_policy::sign::FloorFile;
use portcullis_tests::bundles::{self, NOW};

use crate::{
    craft::{self, Signature, open, signature},
    layout::{self, Node},
};
use RejectedBundle::{
    BadMagic, BadSignature, Corrupt, Equivocation, Expired, MalformedEnvelope, MalformedPayload,
    NotCanonical, NotYetValid, RolledBack, SliceRefused, SlicesOnlyKey, TooLarge,
    TooManySignatures, UnsortedSignatures, UnsupportedFormat, UntrustedSigner, WholeOnlyKey,
    WholeRefused, WrongAudience, WrongPayloadType, WrongTenant, WrongTenantKey,
};

/// A bundle that is offered, and to whom; spoilt where it is to be refused.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) now: UnixSeconds,
    pub(crate) magic: u8,
    pub(crate) format: u8,
    pub(crate) threshold: u32,
    pub(crate) keys: Vec<(u8, KeyUse)>,
    /// Of each key, all where there are none.
    pub(crate) key_tenants: Vec<Vec<&'static str>>,
    pub(crate) signers: Vec<u8>,
    pub(crate) unsorted: bool,
    pub(crate) bad_signature: bool,
    pub(crate) cut_envelope: bool,
    pub(crate) payload_type: &'static str,
    pub(crate) cut_payload: bool,
    pub(crate) over_long: bool,
    pub(crate) corrupt: bool,
    pub(crate) audience: String,
    pub(crate) tenant: &'static str,
    pub(crate) tenants: Vec<String>,
    pub(crate) slice: bool,
    pub(crate) slices: SliceUse,
    pub(crate) not_before: u64,
    pub(crate) expires_at: u64,
    pub(crate) sequence: u64,
    pub(crate) floor: Option<FloorFile>,
    pub(crate) bytes_less: Option<u32>,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            now: NOW,
            magic: b'P',
            format: 1,
            threshold: 1,
            keys: vec![(1, KeyUse::Any)],
            key_tenants: Vec::new(),
            signers: vec![1],
            unsorted: false,
            bad_signature: false,
            cut_envelope: false,
            payload_type: PAYLOAD_TYPES[0],
            cut_payload: false,
            over_long: false,
            corrupt: false,
            audience: "default".to_owned(),
            tenant: "acme",
            tenants: Vec::new(),
            slice: false,
            slices: SliceUse::WholeOnly,
            not_before: NOW.0 - 10,
            expires_at: NOW.0 + 10,
            sequence: 50,
            floor: None,
            bytes_less: None,
        }
    }
}

impl Offer {
    /// Spoils what the check of that code looks at, and nothing else.
    pub(crate) fn spoil(&mut self, code: RejectedBundle) {
        match code {
            TooLarge => self.bytes_less = Some(1),
            BadMagic => self.magic = b'p',
            UnsupportedFormat => self.format = FORMAT + 1,
            MalformedEnvelope => self.cut_envelope = true,
            TooManySignatures => self.signers = (1..=9).collect(),
            UnsortedSignatures => {
                self.unsorted = true;
                if self.signers.len() < 2 {
                    self.signers = vec![1, 2];
                }
            }
            BadSignature => self.bad_signature = true,
            UntrustedSigner => {
                self.threshold = 2;
                self.keys.push((20, KeyUse::Any));
            }
            // Another format's: the envelope's own number is not signed.
            WrongPayloadType => self.payload_type = PAYLOAD_TYPES[1],
            MalformedPayload => self.cut_payload = true,
            NotCanonical => self.over_long = true,
            WrongAudience => self.audience = "elsewhere".to_owned(),
            WrongTenant => self.tenants = vec!["other".to_owned()],
            WrongTenantKey => self.key_tenants = vec![vec!["other"]],
            SlicesOnlyKey => self.keys = vec![(1, KeyUse::SlicesOnly)],
            WholeOnlyKey => {
                self.slice = true;
                self.slices = SliceUse::Either;
                self.keys = vec![(1, KeyUse::WholeOnly)];
            }
            SliceRefused => self.slice = true,
            WholeRefused => self.slices = SliceUse::SlicesOnly,
            NotYetValid => self.not_before = NOW.0 + 1,
            Expired => self.expires_at = NOW.0,
            RolledBack => {
                self.floor = Some(FloorFile {
                    sequence: 51,
                    digest: None,
                });
            }
            Equivocation => {
                self.floor = Some(FloorFile {
                    sequence: 50,
                    digest: Some([7; 32]),
                });
            }
            Corrupt => self.corrupt = true,
            other => panic!("no bundle shows `{}` yet: spoil one here", other.code()),
        }
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let source = craft::payload();
        let mut payload = craft::read(&source);
        payload.header.audience = &self.audience;
        payload.header.tenant = self.tenant;
        payload.header.slice_of = self.slice.then_some([3; 32]);
        payload.header.not_before = self.not_before;
        payload.header.expires_at = self.expires_at;
        payload.header.sequence = self.sequence;
        // The scopes' conditions come early and the directory late: an early fault of a
        // late check must not hide a late fault of an early one.
        let mut tree = layout::parse(&craft::write(&payload));
        let directory = tree.at(&DIRECTORY).clone();
        if self.corrupt {
            let Node::Run(features) = tree.at(&FEATURES) else {
                panic!("features are a list");
            };
            features.reverse();
        }
        if self.cut_payload {
            let Node::Run(people) = directory else {
                panic!("the directory is a list");
            };
            let mut bytes = Node::Fields(people).encode();
            bytes.pop();
            *tree.at(&DIRECTORY) = Node::Run(vec![Node::Raw(bytes)]);
        }
        if self.over_long {
            // The last varint is the length of the routes; the one before it ends the directory.
            let (_, count) = tree.encode_over_long(usize::MAX);
            return tree.encode_over_long(count - 2).0;
        }
        tree.encode()
    }

    pub(crate) fn bundle(&self) -> Vec<u8> {
        let payload = self.payload();
        let mut message = pre_authentication_encoding(&payload);
        let at = message
            .windows(PAYLOAD_TYPES[0].len())
            .position(|own| own == PAYLOAD_TYPES[0].as_bytes());
        let at = at.unwrap();
        message.splice(at..at + PAYLOAD_TYPES[0].len(), self.payload_type.bytes());
        let signatures = self.signers.iter().map(|seed| signature(*seed, &message));
        let mut signatures: Vec<Signature> = signatures.collect();
        signatures.sort_unstable();
        if self.bad_signature {
            let known = signature(1, &message);
            let own = signatures.iter_mut().find(|own| **own == known).unwrap();
            own[71] ^= 0x10;
        }
        if self.unsorted {
            signatures.reverse();
        }
        let mut bundle = craft::envelope(&message, &signatures);
        bundle[0] = self.magic;
        bundle[4] = self.format;
        if self.cut_envelope {
            bundle.truncate(100);
        }
        bundle
    }

    pub(crate) fn trust(&self, bundle: &[u8]) -> HostTrust {
        let mut trust = bundles::trust_in(self.threshold, &self.keys);
        trust.file.tenants.clone_from(&self.tenants);
        for (key, tenants) in trust.file.keys.iter_mut().zip(&self.key_tenants) {
            key.tenants = tenants.iter().map(ToString::to_string).collect();
        }
        trust.file.floor = self.floor;
        trust.slices = self.slices;
        let length = u32::try_from(bundle.len()).unwrap();
        trust.bundle_bytes_max = self.bytes_less.map(|less| length - less);
        trust
    }

    pub(crate) fn verdict(&self) -> Option<RejectedBundle> {
        let bundle = self.bundle();
        open(&bundle, &self.trust(&bundle), self.now).err()
    }
}

/// Where the tree has the features of the catalog, and the directory.
const FEATURES: [usize; 2] = [1, 0];
const DIRECTORY: [usize; 2] = [2, 5];
