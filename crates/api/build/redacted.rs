//! Gives every message that holds a secret a `Debug` without values.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, MessageDescriptor, Value};

use crate::rpcs::snake_case;

/// The messages with a field marked `debug_redact`.
pub(crate) fn messages(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    pool.all_messages()
        .filter(|message| {
            message.fields().any(|field| {
                let options = field.options();
                let redact = options.get_field_by_name("debug_redact");
                matches!(redact.as_deref(), Some(Value::Bool(true)))
            })
        })
        .collect()
}

/// `Debug` for these messages and for their oneofs: the generator leaves out both. It would leave out the types nested
/// in them too, so a message that holds a secret may nest none.
pub(crate) fn render(messages: &[MessageDescriptor]) -> String {
    let mut source = String::new();
    for message in messages {
        assert!(
            message.child_messages().len() + message.child_enums().len() == 0,
            "{} holds a secret and nests types, which would be left without Debug",
            message.full_name()
        );
        let module = message.parent_file().package_name().replace('.', "::");
        let module = module.trim_start_matches("comptepartenaire::").to_owned();
        write(
            &mut source,
            &format!("{module}::{}", message.name()),
            message.name(),
        );
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let name: String = oneof
                .name()
                .split('_')
                .map(|word| word[..1].to_uppercase() + &word[1..])
                .collect();
            let path = format!("{module}::{}::{name}", snake_case(message.name()));
            write(&mut source, &path, &name);
        }
    }
    source
}

fn write(source: &mut String, path: &str, name: &str) {
    let _ = writeln!(
        source,
        "impl ::core::fmt::Debug for crate::{path} {{
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
        f.write_str(\"{name}(redacted)\")
    }}
}}"
    );
}
