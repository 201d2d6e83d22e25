//! What every list of rows is asked for and cut by.

use sqlx::{QueryBuilder, Sqlite};
use storage::page::{Cursor, PageRequest};

/// Adds `(?, ?, …)`.
pub(crate) fn push_list<T>(query: &mut QueryBuilder<Sqlite>, values: impl Iterator<Item = T>)
where
    T: for<'q> sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite> + Send,
{
    query.push("(");
    let mut separated = query.separated(", ");
    for value in values {
        separated.push_bind(value);
    }
    query.push(")");
}

/// Drops the row beyond the page, which only tells that more follow.
pub(crate) fn cut<T>(rows: &mut Vec<T>, page: &PageRequest) -> bool {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}

/// The cursor of a list that is ordered by id alone.
pub(crate) fn by_id_alone(id: uuid::Uuid) -> Cursor {
    Cursor {
        sort: String::new(),
        id,
    }
}
