//! Permissions as a table: a row for each resource, a column for each thing that can be done with it.

use askama::Template;
use xwms_core::gate::permission::Permission;
use xwms_core::model::permissions::Permissions;

use super::html::Html;
use crate::layout::Shell;

/// What most resources have columns for, before the column for everything else.
const ACTIONS: [&str; 4] = ["read", "create", "update", "delete"];

/// Permissions to choose from. One that the person does not hold is text: nobody gives what they do not have.
#[derive(Clone, Debug, Template)]
#[template(path = "page/matrix.html")]
pub(crate) struct Matrix {
    name: &'static str,
    caption: String,
    columns: [String; 6],
    /// What stands for a permission that is given and not held, and for one that is neither.
    words: [String; 2],
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: String,
    resource: &'static str,
    /// Its permissions, by column.
    columns: [Vec<Cell>; 5],
}

#[derive(Clone, Debug)]
struct Cell {
    permission: &'static str,
    action: &'static str,
    is_more: bool,
    is_held: bool,
    is_chosen: bool,
}

impl Matrix {
    /// The boxes of a field: one for each of `offered`, of which the person holds `held`.
    pub(crate) fn new(shell: &Shell, name: &'static str, offered: Permissions, held: Permissions) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for permission in offered.iter() {
            let Some((resource, action)) = permission.text().split_once(':') else { continue };
            let column = ACTIONS.iter().position(|known| *known == action);
            let (is_held, is_more) = (held.contains(permission), column.is_none());
            let cell = Cell { permission: permission.text(), action, is_more, is_held, is_chosen: false };
            if rows.last().is_none_or(|row| row.resource != resource) {
                rows.push(Row { name: resource_name(shell, resource), resource, columns: Default::default() });
            }
            if let Some(row) = rows.last_mut() {
                row.columns[column.unwrap_or(ACTIONS.len())].push(cell);
            }
        }
        let columns = [
            shell.say("matrix_resource"),
            shell.say("matrix_read"),
            shell.say("matrix_create"),
            shell.say("matrix_update"),
            shell.say("matrix_delete"),
            shell.say("matrix_more"),
        ];
        let words = [shell.say("matrix_given"), shell.say("matrix_not_held")];
        Self { name, caption: shell.say("matrix_caption"), columns, words, rows }
    }

    /// Those that roles of a client can hold.
    pub(crate) fn of_roles(shell: &Shell, name: &'static str, held: Permissions) -> Self {
        Self::new(shell, name, for_roles(), held)
    }

    /// Ticks these.
    pub(super) fn choose(&mut self, chosen: &[String]) {
        let cells = self.rows.iter_mut().flat_map(|row| &mut row.columns).flatten();
        for cell in cells {
            cell.is_chosen = chosen.iter().any(|text| text == cell.permission);
        }
    }

    pub(super) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }

    /// One permission: a box, or a word where it is not the person's to give. What is given already stays given.
    fn draw(&self, cell: &Cell) -> Html {
        let Cell { permission, action, is_more, is_held, is_chosen } = cell;
        let name = self.name;
        let [given, not_held] = &self.words;
        if !is_held {
            let word = Html::soft(if *is_chosen { given } else { not_held });
            let kept = format!("<input type=\"hidden\" name=\"{name}\" value=\"{permission}\">");
            return Html::drawn(format!("{word}{}", if *is_chosen { kept } else { String::new() }));
        }
        let checked = if *is_chosen { " checked" } else { "" };
        let seen = if *is_more { format!(" {action}") } else { String::new() };
        Html::drawn(format!(
            "<label><input type=\"checkbox\" name=\"{name}\" value=\"{permission}\"{checked}>\
             <span class=\"seen-only-by-ear\">{permission}</span>{seen}</label>"
        ))
    }
}

/// The permissions that roles of a client can hold.
pub(crate) fn for_roles() -> Permissions {
    Permission::ALL.iter().copied().filter(|permission| permission.is_for_roles()).collect()
}

/// What people call a resource: the first half of a permission.
pub(crate) fn resource_name(shell: &Shell, resource: &str) -> String {
    match resource {
        "client" => shell.say("resource_client"),
        "domains" | "domain" => shell.say("section_domains"),
        "urls" | "url" => shell.say("resource_urls"),
        "scopes" | "scope" => shell.say("section_scopes"),
        "secrets" | "secret" => shell.say("section_secrets"),
        "links" | "link" => shell.say("resource_links"),
        "users" | "user" | "consent" => shell.say("resource_users"),
        "requests" | "request" => shell.say("resource_requests"),
        "verifications" | "verification" => shell.say("section_verifications"),
        "roles" | "role" => shell.say("section_roles"),
        "members" | "member" => shell.say("section_members"),
        "stats" => shell.say("resource_stats"),
        "attempts" => shell.say("section_attempts"),
        "webhooks" | "webhook" => shell.say("resource_webhooks"),
        "audit" => shell.say("section_audit"),
        "tokens" | "token" => shell.say("section_tokens"),
        "staff" => shell.say("section_staff"),
        other => other.to_owned(),
    }
}
