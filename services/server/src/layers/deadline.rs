//! How long a call may take: the smaller of what the client gives and what the work is worth.

use std::time::Duration;

use api::access::{Rpc, WorkClass};
use http::HeaderMap;
use serde::Deserialize;

use crate::config::{Checks, Length};

/// Our own limits, by kind of work. A client may ask for less, never for more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    /// Questions about habilitations: whoever asks has a person waiting behind them.
    pub check: Length,
    /// Reading and ending sessions.
    pub session: Length,
    /// Accounts, partners, deliveries.
    pub administration: Length,
    /// Whatever hashes a password: the queue before it takes up to half a second.
    pub sign_in: Length,
    /// Requests for lost credentials: one row written.
    pub recovery: Length,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            check: Length::from_millis(250),
            session: Length::from_millis(500),
            administration: Length::from_secs(5),
            sign_in: Length::from_secs(3),
            recovery: Length::from_secs(5),
        }
    }
}

impl Deadlines {
    /// What cannot be, by key.
    pub(crate) fn check(&self, checks: &mut Checks) {
        checks.positive("check", self.check);
        checks.positive("session", self.session);
        checks.positive("administration", self.administration);
        checks.positive("sign_in", self.sign_in);
        checks.positive("recovery", self.recovery);
    }

    /// How long this call may take.
    pub(super) fn of(&self, rpc: &Rpc, headers: &HeaderMap) -> Duration {
        let ours = match rpc.work_class {
            WorkClass::Check => self.check,
            WorkClass::Session => self.session,
            WorkClass::Administration => self.administration,
            WorkClass::SignIn => self.sign_in,
            WorkClass::Recovery => self.recovery,
        };
        // A timeout that cannot be read is none: ours holds anyway.
        let theirs = headers
            .get("grpc-timeout")
            .and_then(|sent| sent.to_str().ok())
            .and_then(read);
        theirs.map_or(ours.get(), |theirs| theirs.min(ours.get()))
    }
}

/// `grpc-timeout`: one to eight digits and a unit.
fn read(sent: &str) -> Option<Duration> {
    let (digits, unit) = sent.split_at_checked(sent.len().checked_sub(1)?)?;
    let formed = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = formed.then(|| digits.parse().ok())??;
    Some(match unit {
        "H" => Duration::from_secs(number * 3_600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use api::access;

    use super::*;

    const SIGN_IN: &str = "/comptepartenaire.session.v1.SessionService/SignIn";
    const CHECK: &str = "/comptepartenaire.habilitation.v1.HabilitationService/CheckHabilitation";

    fn limit(path: &str, sent: Option<&str>) -> Duration {
        let mut headers = HeaderMap::new();
        if let Some(sent) = sent {
            headers.insert("grpc-timeout", sent.parse().unwrap());
        }
        Deadlines::default().of(access::rpc(path).unwrap(), &headers)
    }

    #[test]
    fn a_call_has_the_smaller_of_its_own_deadline_and_ours() {
        for (path, sent, millis) in [
            (SIGN_IN, None, 3_000),
            (SIGN_IN, Some("10S"), 3_000),
            (SIGN_IN, Some("1H"), 3_000),
            (SIGN_IN, Some("99999999H"), 3_000),
            (SIGN_IN, Some("20m"), 20),
            (SIGN_IN, Some("0n"), 0),
            (CHECK, None, 250),
            (CHECK, Some("1S"), 250),
            (CHECK, Some("100000u"), 100),
        ] {
            assert_eq!(limit(path, sent).as_millis(), millis, "{path} {sent:?}");
        }
    }

    #[test]
    fn a_timeout_that_cannot_be_read_is_none() {
        for sent in ["", "S", "10", "10s", "-1S", "1 S", "123456789S", "1é", "é"] {
            assert_eq!(read(sent), None, "{sent}");
        }
    }
}
