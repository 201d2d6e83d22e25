//! One page of any list: from the token to the rows, and from the rows to the next token.

use domain::call::Call;
use prost::Message;
use storage::page::{Cursor, Page, PageRequest};

use super::{MOST_BYTES, Tokens};
use crate::refusal::Refusal;

/// A list being answered.
#[derive(Debug)]
pub struct Listing<'t> {
    tokens: &'t Tokens,
    method: &'static str,
    filter: Vec<u8>,
    /// Which page the database is asked for.
    pub request: PageRequest,
}

/// A page as it is answered.
#[derive(Debug)]
pub struct Answered<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Asks for the next page; empty after the last.
    pub next_page_token: String,
    /// What the page was read at.
    pub revision: String,
}

impl Tokens {
    /// Begins a list of so many rows a page, as read by [`super::size`]. `filter` is the request
    /// with its page and its size cleared: a token is good for that alone.
    pub fn listing(
        &self,
        call: &Call,
        limit: u32,
        page_token: &str,
        filter: &impl Message,
    ) -> Result<Listing<'_>, Refusal> {
        let filter = filter.encode_to_vec();
        let after = match self.read(call.method, &filter, page_token)? {
            None => None,
            Some(cursor) => Some(Cursor::decode(&cursor).ok_or(Refusal::PageTokenInvalid)?),
        };
        Ok(Listing {
            tokens: self,
            method: call.method,
            filter,
            request: PageRequest { after, limit },
        })
    }
}

impl Listing<'_> {
    /// The rows as the wire has them, up to the page's most bytes; what no longer fits begins the
    /// next page.
    pub fn answer<R, T: Message>(self, page: Page<R>, show: impl Fn(R) -> T) -> Answered<T> {
        let mut rows = Vec::with_capacity(page.rows.len());
        let mut bytes = 0;
        let mut last = None;
        let mut cut = page.more;
        for (cursor, row) in page.rows {
            let row = show(row);
            bytes += row.encoded_len();
            if bytes > MOST_BYTES && !rows.is_empty() {
                cut = true;
                break;
            }
            rows.push(row);
            last = Some(cursor);
        }
        let next = last.filter(|_| cut);
        let token = |cursor: Cursor| {
            self.tokens
                .issue(self.method, &self.filter, &cursor.encode())
        };
        Answered {
            rows,
            next_page_token: next.map(token).unwrap_or_default(),
            revision: page.revision.encode(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::OsRandom;
    use domain::call::{Actor, Caller};
    use domain::keys::ServerKey;
    use domain::session::Client;
    use storage::Revision;
    use uuid::Uuid;

    use super::*;
    use crate::r#type::v1::PostalAddress;

    fn call() -> Call {
        Call {
            caller: Caller {
                name: "portal".into(),
                roles: BTreeSet::new(),
            },
            actor: Actor::Nobody,
            method: "/test/List",
            client: Client::default(),
        }
    }

    fn page(rows: u128, more: bool) -> Page<u128> {
        let cursor = |id| Cursor {
            sort: "x".into(),
            id: Uuid::from_u128(id),
        };
        Page {
            rows: (0..rows).map(|row| (cursor(row), row)).collect(),
            more,
            revision: Revision {
                database: Uuid::nil(),
                place: 1,
            },
        }
    }

    /// A row of about 100 KiB.
    fn wide(_: u128) -> PostalAddress {
        PostalAddress {
            lines: vec!["x".repeat(100 * 1024)],
            country_code: String::new(),
        }
    }

    #[test]
    fn a_page_ends_before_it_grows_too_large_and_goes_on_from_there() {
        let tokens = Tokens::new(ServerKey::generate(&OsRandom).page_token_key());
        let filter = PostalAddress::default();
        let listing = tokens.listing(&call(), 10, "", &filter).unwrap();
        let answered = listing.answer(page(10, false), wide);
        assert_eq!(answered.rows.len(), 5);
        let next = tokens
            .listing(&call(), 10, &answered.next_page_token, &filter)
            .unwrap();
        assert_eq!(next.request.after.unwrap().id, Uuid::from_u128(4));
    }

    #[test]
    fn the_last_page_has_no_token() {
        let tokens = Tokens::new(ServerKey::generate(&OsRandom).page_token_key());
        let answer = |more| {
            let listing = tokens
                .listing(&call(), 10, "", &PostalAddress::default())
                .unwrap();
            listing.answer(page(2, more), wide).next_page_token
        };
        assert_eq!(answer(false), "");
        assert_ne!(answer(true), "");
    }
}
