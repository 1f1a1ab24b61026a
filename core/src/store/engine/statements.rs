//! What the database is asked: the text of each statement, kept for tests that count and explain. Where nobody asks for
//! it, connections carry nothing of this.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent};

/// Takes down what runs on the connections of one database. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Statements(Arc<Mutex<Taken>>);

/// What has run, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The statements that read or write, as the database gets them, without values.
    pub texts: Vec<String>,
    /// Transactions that were begun.
    pub transactions: usize,
}

impl Statements {
    /// What has run since this was last asked.
    pub fn take(&self) -> Taken {
        std::mem::take(&mut *self.taken())
    }

    /// Takes down one statement. Of what only steers the connection, beginnings of transactions are counted.
    pub(in crate::store) fn note(&self, text: &str) {
        const STEERING: [&str; 6] = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "DISCARD"];
        // Values stand behind the text, where diesel prints them.
        let text = text.split(" -- binds: ").next().unwrap_or_default();
        let verb = text.split([' ', ';']).next().unwrap_or_default();
        if verb == "BEGIN" {
            self.taken().transactions += 1;
        }
        if !STEERING.contains(&verb) {
            self.taken().texts.push(text.to_owned());
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Instrumentation for Statements {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.note(&query.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_kept_without_values_and_transactions_counted() {
        let statements = Statements::default();
        for text in [
            "BEGIN IMMEDIATE",
            "SAVEPOINT change",
            "UPDATE `codes` SET `used_at` = ? WHERE (`codes`.`code_key` = ?) -- binds: [1, \"secret\"]",
            "RELEASE change",
            "COMMIT",
            "SELECT 1",
        ] {
            statements.note(text);
        }

        let taken = statements.take();
        assert_eq!(taken.texts, ["UPDATE `codes` SET `used_at` = ? WHERE (`codes`.`code_key` = ?)", "SELECT 1"]);
        assert_eq!(taken.transactions, 1);
        assert_eq!(statements.take(), Taken::default());
    }
}
