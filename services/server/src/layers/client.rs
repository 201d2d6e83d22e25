//! Where the person behind a call is, as told by a caller trusted for it.

use std::net::IpAddr;

use api::refusal::Refusal;
use domain::session::Client;
use domain::violation::{FieldReason, Violation};
use http::{HeaderMap, HeaderValue};

const ADDRESS: &str = "client-address";
const USER_AGENT: &str = "client-user-agent";

/// Most characters of a browser's name that are kept.
const MAX_USER_AGENT: usize = 256;

/// Reads both. An address that is none is refused: it is the caller's own mistake, and ignoring
/// it would quietly count a known person among the strangers. A browser's name comes from the
/// person's machine, may be anything, and is cut and cleaned instead.
pub(super) fn read(headers: &HeaderMap) -> Result<Client, Refusal> {
    let address = headers.get(ADDRESS).map(address).transpose()?;
    let user_agent = headers.get(USER_AGENT).and_then(user_agent);
    Ok(Client {
        address,
        user_agent,
    })
}

fn address(sent: &HeaderValue) -> Result<IpAddr, Refusal> {
    let parsed = sent
        .to_str()
        .ok()
        .and_then(|text| text.parse::<IpAddr>().ok());
    // An IPv4 address is one address, however the caller's socket shows it.
    parsed.map(|address| address.to_canonical()).ok_or_else(|| {
        let violation = Violation::new(
            FieldReason::Format,
            "one IPv4 or IPv6 address, without port",
            "L’adresse réseau n’est pas lisible.",
        );
        Refusal::field(ADDRESS, violation)
    })
}

fn user_agent(sent: &HeaderValue) -> Option<String> {
    let text = String::from_utf8_lossy(sent.as_bytes());
    let kept: String = text
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(MAX_USER_AGENT)
        .collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &'static str, value: &[u8]) -> Result<Client, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(key, HeaderValue::from_bytes(value).unwrap());
        read(&headers)
    }

    #[test]
    fn an_ipv4_address_is_one_address_however_it_is_written() {
        let one = told(ADDRESS, b"192.0.2.7").unwrap();
        assert_eq!(told(ADDRESS, b"::ffff:192.0.2.7").unwrap(), one);
        assert_eq!(one.address, Some("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for wrong in [
            "",
            "unknown",
            "192.0.2.7:80",
            "192.0.2.7, 10.0.0.1",
            "[2001:db8::1]",
        ] {
            assert!(told(ADDRESS, wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(told(ADDRESS, "é".as_bytes()).is_err());
    }

    #[test]
    fn a_browsers_name_is_cut_and_cleaned() {
        let client = told(USER_AGENT, "Navigateur/1.0 (\u{202e}essai)".as_bytes()).unwrap();
        assert_eq!(client.user_agent.as_deref(), Some("Navigateur/1.0 (essai)"));
        let long = told(USER_AGENT, &[b'a'; 5_000]).unwrap();
        assert_eq!(long.user_agent.unwrap().len(), MAX_USER_AGENT);
        assert_eq!(told(USER_AGENT, b"  ").unwrap().user_agent, None);
    }

    #[test]
    fn nothing_told_is_nothing_known() {
        assert_eq!(read(&HeaderMap::new()).unwrap(), Client::default());
    }
}
