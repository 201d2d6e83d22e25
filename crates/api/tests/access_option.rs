//! The build refuses an RPC that does not say who may call it.

#[path = "../build/rpcs.rs"]
#[expect(
    dead_code,
    reason = "the build renders the table, the test only reads it"
)]
mod rpcs;

use prost_reflect::DescriptorPool;
use rpcs::{Grant, Rpc};

/// Compiles a proto of one service with these methods.
fn pool(methods: &str) -> DescriptorPool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let proto = format!(
        r#"syntax = "proto3";
        package try.v1;
        import "comptepartenaire/option/v1/option.proto";
        message Nothing {{}}
        service TryService {{ {methods} }}"#
    );
    std::fs::write(folder.path().join("try.proto"), proto).expect("a written file");
    let protos = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let mut compiler =
        protox::Compiler::new([folder.path(), protos.as_ref()]).expect("the folders");
    compiler
        .include_imports(true)
        .open_file("try.proto")
        .expect("a proto that compiles");
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).expect("a descriptor")
}

const DECLARED: &str = "rpc Declared(Nothing) returns (Nothing) {
    option (comptepartenaire.option.v1.access) = {
        grants: [{ caller: CALLER_ROLE_BACKOFFICE actor: ACTOR_CAF_AGENT incomplete_sign_in: true }]
        work_class: WORK_CLASS_SIGN_IN
    };
}";

#[test]
fn a_declared_rpc_is_read_as_declared() {
    let grant = Grant {
        caller: "Backoffice".to_owned(),
        actor: "CafAgent".to_owned(),
        incomplete_sign_in: true,
    };
    let rpc = Rpc {
        path: "/try.v1.TryService/Declared".to_owned(),
        grants: vec![grant],
        work_class: "SignIn".to_owned(),
    };
    assert_eq!(rpcs::read(&pool(DECLARED)), Ok(vec![rpc]));
}

#[test]
fn an_rpc_without_the_option_fails_the_build_by_name() {
    let methods = format!("{DECLARED} rpc Forgotten(Nothing) returns (Nothing);");
    let error = rpcs::read(&pool(&methods)).unwrap_err();
    assert!(
        error.ends_with("in full: /try.v1.TryService/Forgotten"),
        "{error}"
    );
}

#[test]
fn an_option_that_leaves_something_unsaid_fails_the_build() {
    for unsaid in [
        "work_class: WORK_CLASS_CHECK",
        "grants: [{ caller: CALLER_ROLE_PORTAL actor: ACTOR_NONE }]",
        "grants: [{ caller: CALLER_ROLE_PORTAL }] work_class: WORK_CLASS_CHECK",
        "grants: [{ actor: ACTOR_NONE }] work_class: WORK_CLASS_CHECK",
    ] {
        let method = format!(
            "rpc Half(Nothing) returns (Nothing) {{
                option (comptepartenaire.option.v1.access) = {{ {unsaid} }};
            }}"
        );
        let error = rpcs::read(&pool(&method)).unwrap_err();
        assert!(
            error.ends_with("in full: /try.v1.TryService/Half"),
            "{unsaid}: {error}"
        );
    }
}

#[test]
fn without_the_option_itself_nothing_builds() {
    assert!(rpcs::read(&DescriptorPool::new()).is_err());
}
