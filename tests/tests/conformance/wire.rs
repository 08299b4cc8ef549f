//! The engine's own reader of the format, and postcard: what one writes the other reads.

use core::{fmt::Debug, num::NonZeroU64};

use portcullis_engine::format::{self, List, Wire};
use portcullis_random::tape::Tape;
use portcullis_tests::{bundles, places};
use proptest::{prop_assert, prop_assert_eq, proptest, test_runner::TestCaseError};
use serde::{Deserialize, Serialize};

use crate::{
    craft,
    settings::{cases, choices},
};

#[test]
fn both_read_every_part_of_every_example() {
    let mut payloads: Vec<Vec<u8>> = places::examples()
        .iter()
        .map(|(_, policy)| bundles::payload(policy))
        .collect();
    payloads.push(craft::payload());
    for payload in payloads {
        let engine = craft::read(&payload);
        assert_eq!(craft::write(&engine), payload);
        let mirror: mirror::Payload<'_> = postcard::from_bytes(&payload).unwrap();
        assert_eq!(postcard::to_allocvec(&mirror).unwrap(), payload);
        let (catalog, tenant) = (&engine.catalog, &engine.tenant);
        both::<&str, &str>(catalog.features);
        both::<_, mirror::SubjectAttribute<'_>>(catalog.subject_attributes);
        both::<&str, &str>(catalog.action_attributes);
        both::<&str, &str>(catalog.context_attributes);
        both::<&str, &str>(catalog.resource_attributes);
        both::<&str, &str>(catalog.scopes);
        for condition in both::<_, &[u8]>(catalog.conditions) {
            for conjunction in both::<_, &[u8]>(condition) {
                both::<_, mirror::Atom<'_>>(conjunction);
            }
        }
        for table in both::<_, &[u8]>(catalog.scope_tables) {
            both::<_, (u16, u16)>(table);
        }
        for requirement in both::<_, mirror::Requirement<'_>>(catalog.requirements) {
            both::<u16, u16>(requirement.features);
        }
        both::<&str, &str>(catalog.actions);
        for module in both::<_, mirror::Module<'_>>(catalog.modules) {
            both::<u16, u16>(module.requires);
            both::<_, (u16, u16, u16)>(module.permissions);
        }
        both::<_, (&str, u16)>(catalog.aliases);
        both::<u16, u16>(tenant.features);
        both::<&str, &str>(tenant.additions.subject_types);
        both::<_, (u16, u64)>(tenant.additions.feature_ends);
        for set in both::<_, &[u8]>(tenant.scope_sets) {
            both::<u16, u16>(set);
        }
        for role in both::<_, mirror::Role<'_>>(tenant.roles) {
            both::<(u16, u16), (u32, u16)>(List::new(role.grants));
        }
        for group in both::<_, mirror::Group<'_>>(tenant.groups) {
            both::<_, (u16, &str)>(group.roles);
        }
        for person in both::<_, mirror::Person<'_>>(tenant.directory) {
            both::<_, (u16, &str)>(person.roles);
            both::<&str, &str>(person.groups);
            both::<_, (u16, &str, u64)>(person.ending());
            for attribute in both::<_, (u16, &[u8])>(person.attributes) {
                if attribute.ending().is_some() {
                    continue;
                }
                if attribute.sessions_from().is_some() {
                    both::<u64, NonZeroU64>(List::new(attribute.values.bytes()));
                    continue;
                }
                both::<&str, &str>(attribute.values);
            }
        }
    }
}

/// Reads a list item by item with each, and holds what they write again against it.
fn both<'a, T, M>(packed: List<'a, T>) -> Vec<T>
where
    T: Wire<'a> + Serialize,
    M: Deserialize<'a> + Serialize,
{
    let mut items = packed.iter();
    let read: Vec<T> = items.by_ref().collect();
    assert!(items.rest().is_empty(), "the engine read all of it");
    let (mut engine, mut mirror) = (Vec::new(), Vec::new());
    for item in &read {
        engine = postcard::to_extend(item, engine).unwrap();
    }
    let mut rest = packed.bytes();
    while !rest.is_empty() {
        let (item, after) = postcard::take_from_bytes::<M>(rest).unwrap();
        mirror = postcard::to_extend(&item, mirror).unwrap();
        rest = after;
    }
    assert_eq!(engine, packed.bytes());
    assert_eq!(mirror, packed.bytes());
    read
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn what_postcard_writes_is_read_back_equal(choices in choices(400)) {
        let strings = Strings::new(&mut choices.tape());
        let payload = strings.payload();
        let written = postcard::to_allocvec(&payload).unwrap();
        let packed = List::<format::Payload<'_>>::new(&written);
        let mut items = packed.iter();
        prop_assert_eq!(items.next(), Some(payload));
        prop_assert!(items.rest().is_empty());
        postcard::from_bytes::<mirror::Payload<'_>>(&written).unwrap();
    }

    #[test]
    fn whatever_the_bytes_both_read_the_same(choices in choices(60)) {
        let bytes = choices.bytes();
        alike::<bool, bool>(bytes)?;
        alike::<u16, u16>(bytes)?;
        alike::<u64, u64>(bytes)?;
        alike::<&str, &str>(bytes)?;
        alike::<&[u8], &[u8]>(bytes)?;
        alike::<Option<u16>, Option<u16>>(bytes)?;
        alike::<format::TeamAttribute, (Option<u16>, u16)>(bytes)?;
        alike::<format::Source, mirror::Source>(bytes)?;
        alike::<format::Atom<'_>, mirror::Atom<'_>>(bytes)?;
        alike::<format::Module<'_>, mirror::Module<'_>>(bytes)?;
        alike::<format::Role<'_>, mirror::Role<'_>>(bytes)?;
        alike::<format::Person<'_>, mirror::Person<'_>>(bytes)?;
        alike::<format::Tenant<'_>, mirror::Tenant<'_>>(bytes)?;
        alike::<format::RoleOrigin, mirror::RoleOrigin>(bytes)?;
        alike::<format::Header<'_>, mirror::Header<'_>>(bytes)?;
    }
}

/// Holds two readers of one type against each other, wherever the bytes are canonical.
fn alike<'a, T, M>(bytes: &'a [u8]) -> Result<(), TestCaseError>
where
    T: Wire<'a> + Serialize + Debug,
    M: Deserialize<'a> + Serialize + Debug,
{
    let mut items = List::<T>::new(bytes).iter();
    let engine = items.next().map(|item| {
        let consumed = bytes.len() - items.rest().len();
        (postcard::to_allocvec(&item).unwrap(), consumed)
    });
    let mirror = postcard::take_from_bytes::<M>(bytes)
        .ok()
        .map(|(item, rest)| {
            let consumed = bytes.len() - rest.len();
            (postcard::to_allocvec(&item).unwrap(), consumed)
        });
    let canonical = |read: &Option<(Vec<u8>, usize)>| {
        read.clone()
            .filter(|(written, consumed)| *written == bytes[..*consumed])
    };
    prop_assert_eq!(canonical(&engine), canonical(&mirror));
    // Beyond that each may read numbers that are too long, and they mean the same.
    if let (Some((engine, _)), Some((mirror, _))) = (engine, mirror) {
        prop_assert_eq!(engine, mirror);
    }
    Ok(())
}

/// Random parts that a payload borrows.
struct Strings {
    texts: Vec<String>,
    runs: Vec<Vec<u8>>,
    numbers: Vec<u64>,
}

impl Strings {
    fn new(tape: &mut Tape<'_>) -> Self {
        let characters = [
            "",
            "a",
            "-",
            "\u{7f}",
            "é",
            "\u{10ffff}",
            "\0",
            "long enough to matter ",
        ];
        let mut texts = Vec::new();
        let mut runs = Vec::new();
        let mut numbers = Vec::new();
        for _ in 0..12 {
            let text = (0..tape.below(10)).map(|_| tape.word(&characters));
            texts.push(text.collect());
            let run = (0..tape.below(200)).map(|_| u8::try_from(tape.below(256)).unwrap());
            runs.push(run.collect());
            let bits = tape.below(65);
            let number = u64::MAX
                .checked_shr(u32::try_from(bits).unwrap())
                .unwrap_or(0);
            numbers.push(number ^ u64::try_from(tape.below(256)).unwrap());
        }
        Self {
            texts,
            runs,
            numbers,
        }
    }

    fn payload(&self) -> format::Payload<'_> {
        let number = self.numbers[0];
        let digest = |byte: u64| u8::try_from(byte & 0xff).ok().map(|byte| [byte; 32]);
        let runs = &self.runs;
        let small = |at: usize| u16::try_from(self.numbers[at] & 0xffff).unwrap();
        format::Payload {
            header: format::Header {
                audience: &self.texts[0],
                tenant: &self.texts[1],
                catalog: &self.texts[2],
                catalog_digest: [u8::try_from(number & 0xff).unwrap(); 32],
                sequence: self.numbers[1],
                issued_at: self.numbers[2],
                not_before: self.numbers[3],
                expires_at: self.numbers[4],
                pin_floor: self.numbers[5],
                slice_of: digest(number).filter(|_| number.is_multiple_of(3)),
                audit_head: digest(number).filter(|_| number.is_multiple_of(2)),
                generator: &self.texts[3],
            },
            catalog: format::Catalog {
                features: List::new(&runs[0]),
                subject_attributes: List::new(&runs[1]),
                action_attributes: List::new(&runs[2]),
                context_attributes: List::new(&runs[3]),
                resource_attributes: List::new(&runs[4]),
                team_attribute: (number % 5 > 1).then(|| format::TeamAttribute {
                    subject: (number % 7 > 2).then(|| small(6)),
                    resource: small(7),
                }),
                scopes: List::new(&runs[5]),
                conditions: List::new(&runs[6]),
                scope_tables: List::new(&runs[7]),
                requirements: List::new(&runs[8]),
                actions: List::new(&runs[9]),
                modules: List::new(&runs[10]),
                aliases: List::new(&runs[11]),
            },
            tenant: format::Tenant {
                features: List::new(&runs[2]),
                role_changes: if number.is_multiple_of(2) {
                    format::RoleChanges::Instant
                } else {
                    format::RoleChanges::NextSession
                },
                additions: if number.is_multiple_of(11) {
                    format::Additions {
                        subject_types: List::new(&runs[8]),
                        feature_ends: List::new(&runs[9]),
                    }
                } else {
                    format::Additions::default()
                },
                sessions_from: number % 3,
                scope_sets: List::new(&runs[3]),
                roles: List::new(&runs[4]),
                groups: List::new(&runs[5]),
                directory: List::new(&runs[6]),
            },
            routes: &runs[7],
        }
    }
}

/// The format once more, as plain serde types.
mod mirror {
    use core::num::NonZeroU64;

    use serde::{Deserialize, Serialize};

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Payload<'a> {
        #[serde(borrow)]
        header: Header<'a>,
        catalog: Catalog<'a>,
        tenant: Tenant<'a>,
        routes: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Header<'a> {
        audience: &'a str,
        tenant: &'a str,
        catalog: &'a str,
        catalog_digest: [u8; 32],
        sequence: u64,
        issued_at: u64,
        not_before: u64,
        expires_at: u64,
        pin_floor: u64,
        slice_of: Option<[u8; 32]>,
        audit_head: Option<[u8; 32]>,
        generator: &'a str,
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Catalog<'a> {
        features: &'a [u8],
        subject_attributes: &'a [u8],
        action_attributes: &'a [u8],
        context_attributes: &'a [u8],
        resource_attributes: &'a [u8],
        team_attribute: Option<(Option<u16>, u16)>,
        scopes: &'a [u8],
        conditions: &'a [u8],
        scope_tables: &'a [u8],
        requirements: &'a [u8],
        actions: &'a [u8],
        modules: &'a [u8],
        aliases: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Tenant<'a> {
        features: &'a [u8],
        #[serde(borrow)]
        role_changes: RoleChanges<'a>,
        scope_sets: &'a [u8],
        roles: &'a [u8],
        groups: &'a [u8],
        directory: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    enum RoleChanges<'a> {
        Instant,
        NextSession,
        #[serde(borrow)]
        InstantWith(Additions<'a>),
        NextSessionWith(Additions<'a>),
        InstantFrom(NonZeroU64),
        NextSessionFrom(NonZeroU64),
        InstantWithFrom(Additions<'a>, NonZeroU64),
        NextSessionWithFrom(Additions<'a>, NonZeroU64),
    }

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(try_from = "(&[u8], &[u8])")]
    struct Additions<'a> {
        subject_types: &'a [u8],
        feature_ends: &'a [u8],
    }

    /// Additions of nothing are not written.
    impl<'a> TryFrom<(&'a [u8], &'a [u8])> for Additions<'a> {
        type Error = &'static str;

        fn try_from(
            (subject_types, feature_ends): (&'a [u8], &'a [u8]),
        ) -> Result<Self, Self::Error> {
            if subject_types.is_empty() && feature_ends.is_empty() {
                return Err("there is nothing in it");
            }
            Ok(Self {
                subject_types,
                feature_ends,
            })
        }
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) enum RoleOrigin {
        Tenant,
        Catalog,
        TenantClaimable,
        CatalogUnclaimable,
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct SubjectAttribute<'a> {
        name: &'a str,
        directory_only: bool,
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) enum Source {
        SubjectId,
        SubjectType,
        Subject(u16),
        Action(u16),
        Context(u16),
        ResourceId,
        Resource(u16),
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) enum Atom<'a> {
        Shares(Source, Source),
        Is(Source, &'a [u8]),
        Lacks(Source, &'a [u8]),
        Within(Source, &'a [u8]),
        Present(Source),
        Absent(Source),
        Differs(Source, Source),
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Requirement<'a> {
        any: bool,
        features: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Module<'a> {
        id: &'a str,
        label: &'a str,
        parent: u16,
        requires: &'a [u8],
        permissions: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Role<'a> {
        id: &'a str,
        label: &'a str,
        origin: RoleOrigin,
        available: bool,
        grants: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Group<'a> {
        id: &'a str,
        roles: &'a [u8],
    }

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct Person<'a> {
        kind: &'a str,
        id: &'a str,
        roles: &'a [u8],
        groups: &'a [u8],
        attributes: &'a [u8],
    }
}
