//! Pieces of HTML that pages are made of. Whatever text comes in is escaped here.

use std::fmt;

use askama::filters::{Html as HtmlEscaper, HtmlSafe, escape};
use xwms_core::clock::Timestamp;
use xwms_core::text;
use xwms_core::text::Text;
use xwms_core::zone::LocalTime;

use crate::layout::{Shell, is_web};

/// HTML that was made by us: every text in it is escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Html(String);

impl HtmlSafe for Html {}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a badge looks, beside its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Good,
    Care,
    Bad,
    Off,
    Test,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Care => "care",
            Self::Bad => "bad",
            Self::Off => "off",
            Self::Test => "test",
        }
    }
}

impl Html {
    /// What a template drew, which escapes by itself.
    pub(crate) const fn drawn(html: String) -> Self {
        Self(html)
    }

    /// Plain text.
    pub(crate) fn text(text: impl fmt::Display) -> Self {
        let Ok(escaped) = escape(text, HtmlEscaper);
        Self(escaped.to_string())
    }

    /// Words of somebody else, whose direction is their own.
    pub(crate) fn words(text: impl fmt::Display) -> Self {
        Self(format!("<bdi>{}</bdi>", Self::text(text)))
    }

    /// A link to a page of ours.
    pub(crate) fn link(href: impl fmt::Display, text: impl fmt::Display) -> Self {
        Self(format!("<a href=\"{}\">{}</a>", Self::text(href), Self::words(text)))
    }

    /// A link around what was drawn.
    pub(crate) fn link_around(href: impl fmt::Display, inside: &Self) -> Self {
        Self(format!("<a href=\"{}\">{inside}</a>", Self::text(href)))
    }

    /// A link to somebody else's page; what is no web address is text.
    pub(crate) fn outside(shell: &Shell, href: &str) -> Self {
        if !is_web(href) {
            return Self::words(href);
        }
        let (href, note) = (Self::text(href), Self::text(shell.say("page_new_tab")));
        Self(format!(
            "<a href=\"{href}\" target=\"_blank\" rel=\"noopener noreferrer\">{href}<span class=\"seen-only-by-ear\"> {note}\
             </span></a>"
        ))
    }

    /// What is seen only when it is asked for.
    pub(crate) fn folded(summary: impl fmt::Display, inside: &Self) -> Self {
        Self(format!("<details class=\"more\"><summary>{}</summary>{inside}</details>", Self::text(summary)))
    }

    /// A link that looks like a button.
    pub(crate) fn button(href: impl fmt::Display, text: impl fmt::Display) -> Self {
        Self(format!("<a class=\"button\" href=\"{}\">{}</a>", Self::text(href), Self::text(text)))
    }

    /// The same for what comes second.
    pub(crate) fn quiet_button(href: impl fmt::Display, text: impl fmt::Display) -> Self {
        Self(format!("<a class=\"button quiet\" href=\"{}\">{}</a>", Self::text(href), Self::text(text)))
    }

    /// A link of a row: what it does is read, and to what is heard.
    pub(crate) fn action(href: impl fmt::Display, verb: impl fmt::Display, object: impl fmt::Display) -> Self {
        let (href, verb, object) = (Self::text(href), Self::text(verb), Self::text(object));
        Self(format!("<a href=\"{href}\">{verb}<span class=\"seen-only-by-ear\"> {object}</span></a>"))
    }

    /// A name that programs use.
    pub(crate) fn code(text: impl fmt::Display) -> Self {
        Self(format!("<code>{}</code>", Self::text(text)))
    }

    /// What stands out in a text.
    pub(crate) fn mark(text: impl fmt::Display) -> Self {
        Self(format!("<mark>{}</mark>", Self::text(text)))
    }

    /// A state, as a word.
    pub(crate) fn badge(look: Look, word: impl fmt::Display) -> Self {
        Self(format!("<span class=\"badge {}\">{}</span>", look.class(), Self::text(word)))
    }

    /// Words that come second.
    pub(crate) fn soft(text: impl fmt::Display) -> Self {
        Self(format!("<span class=\"soft\">{}</span>", Self::text(text)))
    }

    /// A paragraph.
    pub(crate) fn paragraph(inside: &Self) -> Self {
        Self(format!("<p>{inside}</p>"))
    }

    /// A heading within a page.
    pub(crate) fn heading(text: impl fmt::Display) -> Self {
        Self(format!("<h2>{}</h2>", Self::text(text)))
    }

    /// A box around what belongs together.
    pub(crate) fn card(inside: &Self) -> Self {
        Self(format!("<div class=\"card\">{inside}</div>"))
    }

    /// What stands side by side where there is room.
    pub(crate) fn pair(inside: &Self) -> Self {
        Self(format!("<div class=\"pair\">{inside}</div>"))
    }

    /// A value that a person copies, whole: `id` is unique on the page.
    pub(crate) fn copy(shell: &Shell, id: &str, value: impl fmt::Display) -> Self {
        let (id, value) = (Self::text(id), Self::text(value));
        let copy = Self::text(shell.say("shell_copy"));
        Self(format!(
            "<span class=\"copy\"><code id=\"{id}\">{value}</code><button type=\"button\" class=\"quiet\" data-copy=\"{id}\" \
             hidden>{copy}</button></span>"
        ))
    }

    /// What stands where the browser can't ask for a passkey.
    pub(crate) fn without_passkeys(inside: &Self) -> Self {
        Self(format!("<div data-without-passkeys>{inside}</div>"))
    }

    /// What is wrong, above a form.
    pub(crate) fn error(text: impl fmt::Display) -> Self {
        Self(format!("<div class=\"notice bad\" tabindex=\"-1\" autofocus><p>{}</p></div>", Self::text(text)))
    }

    /// A link that keeps this text as a file: the browser has it already.
    pub(crate) fn download(name: &str, text: &str, words: impl fmt::Display) -> Self {
        let data: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let (name, data, words) = (Self::text(name), Self::text(data.replace('+', "%20")), Self::text(words));
        Self(format!(
            "<a class=\"button quiet\" download=\"{name}\" href=\"data:text/plain;charset=utf-8,{data}\">{words}</a>"
        ))
    }

    /// Lines of a program that a person copies, whole: `id` is unique on the page.
    pub(crate) fn program(shell: &Shell, id: &str, label: &str, lines: impl fmt::Display) -> Self {
        let (id, label, lines, copy) =
            (Self::text(id), Self::text(label), Self::text(lines), Self::text(shell.say("shell_copy")));
        Self(format!(
            "<div class=\"program\"><pre tabindex=\"0\" aria-label=\"{label}\"><code id=\"{id}\">{lines}</code></pre>\
             <button type=\"button\" class=\"quiet\" data-copy=\"{id}\" hidden>{copy}</button></div>"
        ))
    }

    /// A moment, as people read it.
    pub(crate) fn time(shell: &Shell, at: Timestamp) -> Self {
        let machine = at.to_string();
        let words = moment(shell, at);
        Self(format!("<time datetime=\"{}\">{}</time>", Self::text(&machine), Self::text(words)))
    }

    /// A day, as people read it, for sentences.
    pub(crate) fn day(shell: &Shell, at: Timestamp) -> String {
        shell.zone().local(at).map_or_else(|| at.to_string(), |local| shell.tell(day_of(&local)))
    }

    /// The same, or a word for never.
    pub(crate) fn time_or(shell: &Shell, at: Option<Timestamp>, never: impl fmt::Display) -> Self {
        at.map_or_else(|| Self::soft(never), |at| Self::time(shell, at))
    }

    /// When a thing was made: its id says it.
    pub(crate) fn made(shell: &Shell, id: &[u8; 16]) -> Self {
        let milliseconds = id.iter().take(6).fold(0, |all, byte| all << 8 | i64::from(*byte));
        Self::time(shell, Timestamp::from_milliseconds(milliseconds))
    }

    /// This with that behind it.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// All of these, with a text between them.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
        Self(parts.join(&Self::text(between).0))
    }

    /// Whether there is nothing.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        Self::joined(parts, "")
    }
}

/// `24 Nov 2026, 15:03 UTC`, where its reader lives.
fn moment(shell: &Shell, at: Timestamp) -> String {
    let Some(local) = shell.zone().local(at) else { return at.to_string() };
    let day = shell.tell(day_of(&local));
    shell.tell(text!("shell_moment", day = day, clock = local.clock, zone = local.zone))
}

/// `24 Nov 2026`.
fn day_of(local: &LocalTime) -> Text {
    let (day, month, year) = (i64::from(local.day), i64::from(local.month), local.year.to_string());
    text!("shell_day", day = day, month = month, year = year)
}

#[cfg(test)]
mod tests {
    use xwms_core::id::ClientId;
    use xwms_core::text::Language;

    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let text = "<script>\"'&";
        let shell = Shell::without_forms(Language::English);
        let all = [
            Html::text(text),
            Html::words(text),
            Html::link(text, text),
            Html::link_around(text, &Html::text(text)),
            Html::outside(&shell, text),
            Html::outside(&shell, "https://engines.example/\"><script>"),
            Html::folded(text, &Html::text(text)),
            Html::button(text, text),
            Html::quiet_button(text, text),
            Html::action(text, text, text),
            Html::code(text),
            Html::mark(text),
            Html::badge(Look::Good, text),
            Html::soft(text),
            Html::heading(text),
            Html::copy(&shell, text, text),
            Html::program(&shell, text, text, text),
            Html::folded(text, &Html::default()),
            Html::download(text, text, text),
            Html::error(text),
            Html::joined([Html::text(text), Html::text(text)], text),
        ];
        for html in all {
            assert!(!html.to_string().contains("<script>"), "{html}");
        }
    }

    #[test]
    fn an_id_says_when_it_was_made() {
        let shell = Shell::without_forms(Language::English);
        let at = Timestamp::parse("2026-11-24T15:03:09Z").unwrap();
        let html = Html::made(&shell, ClientId::generate(at).as_bytes()).to_string();
        assert!(html.contains("24 Nov 2026, 15:03 UTC"), "{html}");
    }

    #[test]
    fn a_moment_is_read_in_the_language_of_its_reader() {
        let at = Timestamp::parse("2026-11-24T15:03:09Z").unwrap();
        for (language, words) in [
            (Language::English, "24 Nov 2026, 15:03 UTC"),
            (Language::Dutch, "24 nov 2026, 15:03 UTC"),
            (Language::German, "24. Nov. 2026, 15:03 UTC"),
        ] {
            let html = Html::time(&Shell::without_forms(language), at).to_string();
            assert!(html.contains(words), "{html}");
            assert!(html.contains("datetime=\"2026-11-24T15:03:09"), "{html}");
        }
    }
}
