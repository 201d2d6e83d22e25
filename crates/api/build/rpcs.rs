//! Reads who may call each RPC from its access option. Compiled by the build and by the test of the build.

use std::fmt::Write as _;

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor, ReflectMessage, Value,
};

/// The option that every RPC must carry.
const OPTION: &str = "comptepartenaire.option.v1.access";

/// One RPC as its option declares it; enum values by their Rust names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rpc {
    pub(crate) path: String,
    pub(crate) grants: Vec<Grant>,
    pub(crate) work_class: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) caller: String,
    pub(crate) actor: String,
    pub(crate) incomplete_sign_in: bool,
}

/// Every RPC of the pool, by path. An RPC that does not say all of who may call it is an error, so that none is ever
/// reachable by having been forgotten.
pub(crate) fn read(pool: &DescriptorPool) -> Result<Vec<Rpc>, String> {
    let option = pool
        .get_extension_by_name(OPTION)
        .ok_or_else(|| format!("no option ({OPTION})"))?;
    let methods = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>());
    let (rpcs, mut undeclared): (Vec<_>, Vec<_>) = methods
        .map(|method| declared(&method, &option))
        .partition(Result::is_ok);
    if !undeclared.is_empty() {
        let paths: Vec<String> = undeclared.drain(..).filter_map(Result::err).collect();
        return Err(format!(
            "these RPCs do not declare ({OPTION}) in full: {}",
            paths.join(", ")
        ));
    }
    let mut rpcs: Vec<Rpc> = rpcs.into_iter().flatten().collect();
    rpcs.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(rpcs)
}

/// The access table as Rust source, sorted by path.
pub(crate) fn render(rpcs: &[Rpc]) -> String {
    let mut source = String::from("/// Every RPC, sorted by path.\npub const RPCS: &[Rpc] = &[\n");
    for rpc in rpcs {
        let mut grants = String::new();
        for Grant {
            caller,
            actor,
            incomplete_sign_in,
        } in &rpc.grants
        {
            let sign_in = if *incomplete_sign_in {
                "MayBeIncomplete"
            } else {
                "Complete"
            };
            let _ = write!(
                grants,
                "Grant {{ caller: CallerRole::{caller}, actor: Actor::{actor}, sign_in: SignIn::{sign_in} }}, "
            );
        }
        let Rpc {
            path, work_class, ..
        } = rpc;
        let _ = writeln!(
            source,
            "    Rpc {{ path: {path:?}, grants: &[{grants}], work_class: WorkClass::{work_class} }},"
        );
    }
    source + "];\n"
}

/// The RPC's declaration, or its path if it has none that is complete.
fn declared(method: &MethodDescriptor, option: &ExtensionDescriptor) -> Result<Rpc, String> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let options = method.options();
    // `get_extension` answers a default where nothing was declared, so presence is asked first.
    if !options.has_extension(option) {
        return Err(path);
    }
    let access = options.get_extension(option);
    let Some(access) = access.as_message() else {
        return Err(path);
    };
    let grants: Option<Vec<Grant>> = access
        .get_field_by_name("grants")
        .and_then(|grants| {
            Some(
                grants
                    .as_list()?
                    .iter()
                    .map(|g| grant(g.as_message()?))
                    .collect::<Vec<_>>(),
            )
        })
        .and_then(|grants| grants.into_iter().collect());
    match (grants, value_name(access, "work_class")) {
        (Some(grants), Some(work_class)) if !grants.is_empty() => Ok(Rpc {
            path,
            grants,
            work_class,
        }),
        _ => Err(path),
    }
}

fn grant(grant: &DynamicMessage) -> Option<Grant> {
    Some(Grant {
        caller: value_name(grant, "caller")?,
        actor: value_name(grant, "actor")?,
        incomplete_sign_in: grant.get_field_by_name("incomplete_sign_in")?.as_bool()?,
    })
}

/// The Rust name of an enum field's value: `CALLER_ROLE_PORTAL` is `Portal`. `None` when it is unspecified.
fn value_name(message: &DynamicMessage, field: &str) -> Option<String> {
    let field = message.descriptor().get_field_by_name(field)?;
    let Value::EnumNumber(number) = *message.get_field(&field) else {
        return None;
    };
    if number == 0 {
        return None;
    }
    let kind = field.kind();
    let kind = kind.as_enum()?;
    let prefix = snake_case(kind.name()).to_uppercase() + "_";
    let value = kind.get_value(number)?;
    Some(
        value
            .name()
            .strip_prefix(&prefix)?
            .split('_')
            .map(capitalised)
            .collect(),
    )
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_owned() + &rest.to_lowercase()
}

/// `WorkClass` is `work_class`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
