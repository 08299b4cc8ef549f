//! The component asked directly: sessions, and names in place of packed bytes.

use std::{fs, sync::OnceLock};

use bindings::{
    Plugin, PluginPre,
    exports::portcullis::edge::engine::{self as wit, Failure},
};
use portcullis_engine::{PackedDecision, Policy, SignedBundle};
use portcullis_host::pack;
use portcullis_policy::authzen::{Attribute, Request, Vocabulary};
use portcullis_random::{policies::RandomPolicy, requests::RequestGenerator};
use portcullis_tests::{
    bundles::{self, AUDIENCE, NOW, VALID_SECONDS},
    engines::reference,
    packed::packed_parts,
    places,
};
use proptest::{prop_assert_eq, proptest, test_runner::TestCaseError};
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, ResourceAny},
};

use crate::settings::{cases, choices, many_choices};

mod bindings {
    wasmtime::component::bindgen!({ world: "plugin", path: "../wit" });
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn sessions_and_names_answer_as_packed_bytes_do(
        policy in choices(900),
        questions in many_choices(140, 10),
    ) {
        let policy = RandomPolicy::new(&mut policy.tape());
        let mut guest = Guest::open(&policy.json);
        let generator = RequestGenerator::new(reference(&policy.json).all_questions(), &policy.aliases);
        for question in questions {
            let request = generator.request(&mut question.tape()).to_string();
            let request = Request::read(request.as_bytes(), &guest.vocabulary).unwrap();
            guest.compare(&request)?;
        }
    }
}

#[test]
fn a_session_ends_with_the_token_or_the_bundle() {
    let mut guest = Guest::open(&crate::craft::policy());
    let end = NOW.0 + VALID_SECONDS;
    let (subject, question) = packed_parts(&Request::default());
    for (until, expected) in [(NOW.0 + 5, NOW.0 + 5), (end, end), (u64::MAX, end)] {
        let session = guest.session(&subject, until, NOW.0).unwrap();
        let store = &mut guest.store;
        let calls = guest.plugin.portcullis_edge_engine().session();
        assert_eq!(
            calls.call_valid_until(&mut *store, session).unwrap(),
            expected
        );
        for (now, ended) in [(expected - 1, false), (expected, true), (u64::MAX, true)] {
            let verdict = calls
                .call_check(&mut *store, session, &question, now)
                .unwrap();
            assert_eq!(
                PackedDecision(verdict) == PackedDecision::EXPIRED,
                ended,
                "{until} at {now}"
            );
            let many = calls
                .call_check_many(&mut *store, session, &question, now)
                .unwrap();
            assert_eq!(many, [verdict]);
            let words = words(&Request::default());
            let decided = calls
                .call_decide(&mut *store, session, &words, now)
                .unwrap();
            assert_eq!(matches!(decided, Err(Failure::BundleExpired)), ended);
            let modules = calls.call_modules(&mut *store, session, now).unwrap();
            assert_eq!(matches!(modules, Err(Failure::BundleExpired)), ended);
        }
    }
    for (until, now) in [(NOW.0, NOW.0), (u64::MAX, end), (0, NOW.0)] {
        let session = guest.session(&subject, until, now);
        assert!(
            matches!(session, Err(Failure::BundleExpired)),
            "until {until} at {now}"
        );
    }
}

/// One instance of the component with a policy in it.
struct Guest {
    store: Store<()>,
    plugin: Plugin,
    policy: ResourceAny,
    vocabulary: Vocabulary,
}

impl Guest {
    fn open(policy: &str) -> Self {
        let (engine, plugin) = plugin();
        let mut store = Store::new(engine, ());
        let plugin = plugin.instantiate(&mut store).unwrap();
        let bundle = bundles::bundle(policy);
        let trust = wit::Trust {
            threshold: 1,
            keys: vec![wit::TrustedKey {
                key: bundles::key(1).public_key().to_vec(),
                slices_only: false,
            }],
            audience: AUDIENCE.to_owned(),
            tenants: Vec::new(),
            slices: wit::SliceUse::WholeOnly,
            floor: None,
            bundle_bytes_max: None,
        };
        let guest = plugin.portcullis_edge_engine().policy();
        let opened = guest.call_open(&mut store, &bundle, &trust, NOW.0).unwrap();
        let native = SignedBundle::new(bundle).verify(&bundles::trust().to_trust().unwrap(), NOW);
        Self {
            policy: opened.unwrap(),
            store,
            plugin,
            vocabulary: Vocabulary::from(&Policy::from(native.unwrap())),
        }
    }

    fn session(&mut self, subject: &[u8], until: u64, now: u64) -> Result<ResourceAny, Failure> {
        let policy = self.plugin.portcullis_edge_engine().policy();
        let opened = policy.call_session(&mut self.store, self.policy, subject, until, now);
        opened.unwrap()
    }

    fn compare(&mut self, request: &Request) -> Result<(), TestCaseError> {
        let (packed, now) = (pack(request), NOW.0);
        let (subject, question) = packed_parts(request);
        let session = self.session(&subject, u64::MAX, now).unwrap();
        let store = &mut self.store;
        let guest = self.plugin.portcullis_edge_engine();
        let once = guest
            .policy()
            .call_check(&mut *store, self.policy, &packed, now)
            .unwrap();
        let calls = guest.session();
        let prepared = calls
            .call_check(&mut *store, session, &question, now)
            .unwrap();
        prop_assert_eq!(prepared, once, "{:?}", request);
        let twice = question.repeat(2);
        let many = calls
            .call_check_many(&mut *store, session, &twice, now)
            .unwrap();
        prop_assert_eq!(many, vec![once; 2], "{:?}", request);
        let packed = guest
            .policy()
            .call_decide(&mut *store, self.policy, &packed, now)
            .unwrap();
        let words = calls
            .call_decide(&mut *store, session, &words(request), now)
            .unwrap();
        prop_assert_eq!(words.unwrap(), packed.unwrap(), "{:?}", request);
        session.resource_drop(store).unwrap();
        Ok(())
    }
}

/// Writes the question of a request in words.
fn words(request: &Request) -> wit::Question {
    let of = |of: wit::Holder, attributes: &[Attribute]| {
        let stated = attributes.iter().map(|own| wit::Attribute {
            of,
            name: own.name.clone(),
            values: own.values.clone(),
        });
        stated.collect::<Vec<_>>()
    };
    wit::Question {
        permission: request.permission(),
        resource_id: request.resource.id.clone(),
        attributes: [
            of(wit::Holder::Action, &request.action.attributes),
            of(wit::Holder::Context, &request.context),
            of(wit::Holder::Resource, &request.resource.attributes),
        ]
        .concat(),
    }
}

fn plugin() -> &'static (Engine, PluginPre<()>) {
    static PLUGIN: OnceLock<(Engine, PluginPre<()>)> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let wasm = fs::read(places::root().join("dist/portcullis.component.wasm")).unwrap();
        let engine = Engine::default();
        let component = Component::from_binary(&engine, &wasm).unwrap();
        let linker = Linker::new(&engine);
        let plugin = PluginPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        (engine, plugin)
    })
}
