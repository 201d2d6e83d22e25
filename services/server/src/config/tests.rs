//! Settings as files and environments say them.

use std::collections::HashMap;
use std::error::Error as _;
use std::path::Path;

use ::config::Environment;

use super::load::from;
use super::*;

const EXAMPLE: &str = include_str!("../../../../docs/compte-partenaire.example.toml");

fn environment(values: &[(&str, &str)]) -> Environment {
    let values: HashMap<String, String> = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Environment::with_prefix("COMPTE_PARTENAIRE")
        .prefix_separator("__")
        .separator("__")
        .source(Some(values))
}

fn read(text: &str) -> Result<Settings, Error> {
    from(Some(Path::new("tested.toml")), Some(text), environment(&[]))
}

/// The error and its cause, as they are printed.
fn told(text: &str) -> String {
    chain(&read(text).unwrap_err())
}

fn chain(error: &Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(read("").unwrap(), Settings::default());
}

#[test]
fn the_example_file_says_the_defaults() {
    assert_eq!(read(EXAMPLE).unwrap(), Settings::default());
}

/// What the example leaves out, it names behind a `#`, because its default is that there is none.
#[test]
fn the_example_file_names_every_key() {
    let mut tables = known_keys("").unwrap();
    let mut values = 0;
    while let Some(table) = tables.pop() {
        for key in known_keys(&table).unwrap() {
            let path = format!("{table}.{key}");
            if known_keys(&path).is_some() {
                tables.push(path);
                continue;
            }
            let says = |line: &str| {
                let line = line.trim_start_matches('#').trim_start();
                line.strip_prefix(&key)
                    .is_some_and(|rest| rest.starts_with(" = "))
            };
            assert!(lines_of(&table).any(says), "{path} is not in the example");
            values += 1;
        }
    }
    assert!(values > 50, "{values}");
}

/// The keys that a table takes, as it tells them to who sends another; `None` if it is a value.
fn known_keys(table: &str) -> Option<Vec<String>> {
    let file = match table {
        "" => "unknown-key = 1".to_owned(),
        table => format!("[{table}]\nunknown-key = 1"),
    };
    let told = told(&file);
    let (_, expected) = told.split_once("unknown field `unknown-key`, expected ")?;
    let listed = expected
        .split_once(" for key ")
        .map_or(expected, |(listed, _)| listed);
    Some(
        listed
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect(),
    )
}

/// The lines of one table of the example.
fn lines_of(table: &str) -> impl Iterator<Item = &'static str> {
    let header = format!("[{table}]");
    let from_header = EXAMPLE.lines().skip_while(move |line| *line != header);
    from_header
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}

#[test]
fn what_a_rate_leaves_out_is_its_own_default() {
    let defaults = Limits::default();
    let none = read("[limits.reissues]\nmost = 0").unwrap().limits;
    assert_eq!(none.reissues.most, 0);
    assert_eq!(none.reissues.window, defaults.reissues.window);
    let rare = read("[limits.recovery_letters]\nwindow = \"720h\"");
    let rare = rare.unwrap().limits.recovery_letters;
    assert_eq!(rare.window, Length::from_secs(720 * 3_600));
    assert_eq!(rare.most, defaults.recovery_letters.most);
    let by_environment = environment(&[("COMPTE_PARTENAIRE__LIMITS__PARTNER_MESSAGES__MOST", "7")]);
    let few = from(None, None, by_environment).unwrap().limits;
    assert_eq!(few.partner_messages.most, 7);
    assert_eq!(
        few.partner_messages.window,
        defaults.partner_messages.window
    );
    assert_eq!(few.reissues, defaults.reissues);
}

#[test]
fn a_key_that_is_not_known_is_refused_with_those_that_are() {
    let unknown = told("[listen]\nadress = \"127.0.0.1:1\"");
    assert!(
        unknown.contains("adress") && unknown.contains("address"),
        "{unknown}"
    );
    assert!(unknown.contains("tested.toml"), "{unknown}");
    assert!(told("[lisen]\naddress = \"127.0.0.1:1\"").contains("lisen"));
}

#[test]
fn a_value_of_another_kind_is_named_by_its_key_with_what_to_write() {
    for (text, key, mending) in [
        ("[transport]\nping = \"soon\"", "transport.ping", "\"5s\""),
        ("[transport]\nping = 5", "transport.ping", "\"5s\""),
        (
            "[transport]\nstreams = \"many\"",
            "transport.streams",
            "integer",
        ),
        ("[transport]\nstreams = -1", "transport.streams", "integer"),
        (
            "[listen]\naddress = \"localhost\"",
            "listen.address",
            "socket address",
        ),
        (
            "[logs]\nformat = \"xml\"",
            "logs.format",
            "`xml`, expected `human` or `json`",
        ),
        (
            "[logs]\nlevel = \"loud\"",
            "logs.level",
            "`loud`, expected one of `error`, `warn`, `info`, `debug`, `trace`",
        ),
        (
            "[mail]\ntransport = \"pigeon\"",
            "mail.transport",
            "`smtp` or `folder`",
        ),
        (
            "[messages.smtp]\nsecurity = \"ssl\"",
            "messages.smtp.security",
            "`starttls`, `tls`, `none`",
        ),
        (
            "[limits.reissues]\nmost = 1\nwindow = \"1 day\"",
            "limits.reissues.window",
            "\"24h\"",
        ),
    ] {
        let told = told(text);
        assert_eq!(
            told.matches(&format!("`{key}`")).count(),
            1,
            "{key}: {told}"
        );
        assert!(told.contains(mending), "{mending}: {told}");
    }
}

#[test]
fn everything_that_cannot_be_is_told_at_once_by_key() {
    let told = told(
        "[listen]\naddress = \"0.0.0.0:50051\"\n\
         [hashing]\nmemory_kib = 1\nthreads = 1000\n\
         [sessions]\nuser_idle = \"1s\"\nprivileged_absolute = \"5m\"\n\
         [limits]\naccounts_per_address = 0\n\
         [transport]\nping = \"0s\"\ndrain_cut = \"1s\"\n\
         [deadlines]\ncheck = \"0s\"\n\
         [in_flight]\nsign_in = 0\n\
         [messages.letterhead]\ntelephone = \"\"\nreturn_address = []\n\
         portal_address = \"the portal\"\n\
         [messages.sender]\naddress = \"nobody\"",
    );
    let keys: Vec<&str> = told
        .lines()
        .skip(1)
        .filter_map(|line| line.trim_start().split(": ").next())
        .collect();
    assert_eq!(
        keys,
        [
            "listen.address",
            "hashing.threads",
            "hashing.memory_kib",
            "sessions.user_idle",
            "sessions.privileged_absolute",
            "limits.accounts_per_address",
            "transport.ping",
            "transport.drain_cut",
            "deadlines.check",
            "in_flight.sign_in",
            "messages.letterhead.return_address",
            "messages.letterhead.telephone",
            "messages.letterhead.portal_address",
            "messages.sender.address",
        ],
        "{told}"
    );
}

#[test]
fn the_environment_goes_before_the_file() {
    let file = "[listen]\naddress = \"127.0.0.1:1\"\n[transport]\nstreams = 7";
    let settings = from(
        None,
        Some(file),
        environment(&[
            ("COMPTE_PARTENAIRE__LISTEN__ADDRESS", "[::1]:2"),
            ("COMPTE_PARTENAIRE__TRANSPORT__PING", "9s"),
            ("COMPTE_PARTENAIRE__HASHING__THREADS", "3"),
            (
                "COMPTE_PARTENAIRE__MESSAGES__LETTERHEAD__TELEPHONE",
                "0199000000",
            ),
            ("COMPTE_PARTENAIRE", "/not/ours"),
            ("PATH", "/not/ours"),
        ]),
    )
    .unwrap();
    assert_eq!(settings.listen.address, "[::1]:2".parse().unwrap());
    assert_eq!(settings.transport.ping, Length::from_secs(9));
    assert_eq!(
        (settings.transport.streams, settings.hashing.threads),
        (7, 3)
    );
    assert_eq!(settings.messages.letterhead.telephone, "0199000000");
}

#[test]
fn a_name_in_the_environment_that_is_not_known_is_refused() {
    let wrong = from(
        None,
        None,
        environment(&[("COMPTE_PARTENAIRE__LISTEN__PORT", "1")]),
    );
    assert!(chain(&wrong.unwrap_err()).contains("port"));
}

#[test]
fn only_loopback_is_listened_on() {
    for address in ["127.0.0.1:1", "127.9.9.9:0", "[::1]:50051"] {
        assert!(
            read(&format!("[listen]\naddress = \"{address}\"")).is_ok(),
            "{address}"
        );
    }
    for address in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[2001:db8::1]:1"] {
        let told = told(&format!("[listen]\naddress = \"{address}\""));
        assert!(
            told.contains("listen.address") && told.contains("127.0.0.1:1"),
            "{told}"
        );
    }
}
