//! Reading a row value by value, so that one which does not convert is named by its place and
//! never by itself.

use domain::Timestamp;
use domain::paris::Day;
use jiff::SignedDuration;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, Type};
use uuid::Uuid;

use crate::codes::Code;
use crate::error::{Fault, Result};

/// A row, and where an operator finds it.
pub(crate) struct Row<'r> {
    values: &'r SqliteRow,
    table: &'static str,
    id: Uuid,
}

impl<'r> Row<'r> {
    /// A row of that table, whose own `id` is among the columns.
    pub(crate) fn of(table: &'static str, row: &'r SqliteRow) -> Result<Self> {
        let id = row.try_get("id")?;
        Ok(Self {
            values: row,
            table,
            id,
        })
    }

    /// The row's own id.
    pub(crate) fn id<I: From<Uuid>>(&self) -> I {
        self.id.into()
    }

    /// A value as SQLite has it.
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.values
            .try_get(column)
            .map_err(|_| self.fault(column, "it is missing or of another type"))
    }

    /// Another row's id.
    pub(crate) fn reference<I: From<Uuid>>(&self, column: &'static str) -> Result<I> {
        Ok(self.get::<Uuid>(column)?.into())
    }

    /// A number that is never negative.
    pub(crate) fn count(&self, column: &'static str) -> Result<u32> {
        u32::try_from(self.get::<i64>(column)?).map_err(|_| self.fault(column, "it is no count"))
    }

    /// A value of an enumeration.
    pub(crate) fn code<T: Code>(&self, column: &'static str) -> Result<T> {
        self.optional_code(column)?
            .ok_or_else(|| self.fault(column, "it is missing"))
    }

    /// A value of an enumeration, when there is one.
    pub(crate) fn optional_code<T: Code>(&self, column: &'static str) -> Result<Option<T>> {
        self.get::<Option<&str>>(column)?
            .map(|code| T::of(code).ok_or_else(|| self.fault(column, "the name is not known")))
            .transpose()
    }

    /// A time.
    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp> {
        self.optional_time(column)?
            .ok_or_else(|| self.fault(column, "it is missing"))
    }

    /// A time, when there is one.
    pub(crate) fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>> {
        self.get::<Option<i64>>(column)?
            .map(|micros| {
                Timestamp::from_microsecond(micros)
                    .map_err(|_| self.fault(column, "the time is out of range"))
            })
            .transpose()
    }

    /// A length of time.
    pub(crate) fn duration(&self, column: &'static str) -> Result<SignedDuration> {
        Ok(SignedDuration::from_micros(self.get(column)?))
    }

    /// A day.
    pub(crate) fn day(&self, column: &'static str) -> Result<Day> {
        self.optional_day(column)?
            .ok_or_else(|| self.fault(column, "it is missing"))
    }

    /// A day, when there is one.
    pub(crate) fn optional_day(&self, column: &'static str) -> Result<Option<Day>> {
        self.get::<Option<&str>>(column)?
            .map(|day| day.parse().map_err(|_| self.fault(column, "it is no day")))
            .transpose()
    }

    /// A text read by the domain's trusted door.
    pub(crate) fn text<T>(&self, column: &'static str, stored: fn(String) -> T) -> Result<T> {
        self.get::<String>(column).map(stored)
    }

    /// A text read by the domain's trusted door, when there is one.
    pub(crate) fn optional_text<T>(
        &self,
        column: &'static str,
        stored: fn(String) -> T,
    ) -> Result<Option<T>> {
        Ok(self.get::<Option<String>>(column)?.map(stored))
    }

    /// What is wrong with the value of a column, without the value.
    pub(crate) fn fault(&self, column: &'static str, problem: &str) -> Fault {
        Fault::from(storage::Error::Row {
            table: self.table,
            column,
            id: self.id.hyphenated().to_string(),
            problem: problem.to_owned(),
        })
    }
}

/// A time as it is stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// That long before a time, as it is stored.
pub(crate) fn micros_before(at: Timestamp, length: SignedDuration) -> i64 {
    micros(at.saturating_sub(length).unwrap_or(Timestamp::MIN))
}

/// A day as it is stored.
pub(crate) fn day_text(day: Day) -> String {
    day.to_string()
}

/// A length of time as it is stored; what exceeds 292,000 years is cut to them.
pub(crate) fn duration_micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
