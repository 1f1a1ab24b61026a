//! Pages of whoever is signed in: made of a few parts that look and work the same everywhere, inside one frame.

pub(crate) mod chart;
pub(crate) mod filters;
pub(crate) mod form;
pub(crate) mod html;
pub(crate) mod jsonl;
pub(crate) mod list;
pub(crate) mod matrix;
pub(crate) mod preview;
pub(crate) mod qr;
pub(crate) mod table;
pub(crate) mod values;

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use xwms_core::text::Text;

use crate::frame::Frame;
use crate::layout::{self, Shell, render_page};
use html::Html;
use values::Values;

/// One page, being made.
#[derive(Template)]
#[template(path = "page/page.html")]
pub(crate) struct Page<'p> {
    shell: &'p Shell,
    frame: &'p Frame,
    status: StatusCode,
    /// What the page shows; the last of the crumbs, and the first of the title.
    heading: String,
    badges: Html,
    crumbs: Vec<(String, String)>,
    purpose: Option<String>,
    primary: Html,
    tabs: Vec<Tab>,
    band: Html,
    notices: Html,
    has_errors: bool,
    body: Html,
}

impl layout::Page for Page<'_> {
    const SIGNED_IN: bool = true;
}

/// A part of a thing, as a link.
pub(crate) struct Tab {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) is_current: bool,
}

impl<'p> Page<'p> {
    /// With this heading.
    pub(crate) fn new(shell: &'p Shell, frame: &'p Frame, heading: String) -> Self {
        Self {
            shell,
            frame,
            status: StatusCode::OK,
            heading,
            badges: Html::default(),
            crumbs: Vec::new(),
            purpose: None,
            primary: Html::default(),
            tabs: Vec::new(),
            band: Html::default(),
            notices: Html::default(),
            has_errors: false,
            body: Html::default(),
        }
    }

    /// Answered with this status.
    #[must_use]
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Below this page.
    #[must_use]
    pub(crate) fn crumb(mut self, href: impl Into<String>, text: impl Into<String>) -> Self {
        self.crumbs.push((href.into(), text.into()));
        self
    }

    /// With badges behind its heading.
    #[must_use]
    pub(crate) fn badges(self, badges: Html) -> Self {
        Self { badges, ..self }
    }

    /// With one sentence that says what it is for.
    #[must_use]
    pub(crate) fn purpose(self, purpose: String) -> Self {
        Self { purpose: Some(purpose), ..self }
    }

    /// With what people come here to do, or why this person can't.
    #[must_use]
    pub(crate) fn primary(self, primary: Html) -> Self {
        Self { primary, ..self }
    }

    /// With the parts of the thing.
    #[must_use]
    pub(crate) fn tabs(self, tabs: Vec<Tab>) -> Self {
        Self { tabs, ..self }
    }

    /// With what concerns the thing as a whole, above the header.
    #[must_use]
    pub(crate) fn band(self, band: Html) -> Self {
        Self { band, ..self }
    }

    /// With this as its next part.
    #[must_use]
    pub(crate) fn part(mut self, part: &Html) -> Self {
        self.body = self.body.and(part);
        self
    }

    /// With what was wrong with the form that it shows.
    #[must_use]
    pub(crate) fn refused(mut self, values: &Values, label_of: impl Fn(&str) -> String) -> Self {
        let Some(refusal) = values.refusal() else { return self };
        self.status = refusal.status;
        self.has_errors = true;
        let notice = match (&refusal.notice, values.errors()) {
            (Some(text), _) => notice(self.shell, "bad", text, refusal.by.as_ref()),
            (None, [] | [_]) => Html::default(),
            (None, errors) => {
                let line = |error: &xwms_core::error::FieldError| {
                    // A part of an item has a field of its own, an item of a list has not.
                    let whole = error.field.contains("].");
                    let field = if whole { &error.field } else { error.field.split('[').next().unwrap_or_default() };
                    let text = format!("{}: {}", label_of(field), self.shell.tell(&error.text));
                    Html::drawn(format!("<li><a href=\"#{}\">{}</a></li>", Html::text(field), Html::text(text)))
                };
                let lines: Html = errors.iter().map(line).collect();
                let heading = Html::text(self.shell.say("shell_errors"));
                Html::drawn(format!(
                    "<div class=\"notice bad\" tabindex=\"-1\" autofocus><h2>{heading}</h2><ul>{lines}</ul></div>"
                ))
            }
        };
        self.notices = self.notices.and(&notice);
        self
    }

    /// With what is said above everything.
    #[must_use]
    pub(crate) fn notice(mut self, class: &str, text: &Text) -> Self {
        self.notices = self.notices.and(&notice(self.shell, class, text, None));
        self
    }

    /// The answer.
    pub(crate) fn respond(self) -> Response {
        render_page(self.status, &self)
    }

    /// The answer to what made this thing: 201, with its address.
    pub(crate) fn respond_created(self, location: &str) -> Response {
        let mut response = self.status(StatusCode::CREATED).respond();
        if let Ok(location) = HeaderValue::from_str(location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }

    /// What the browser's tab says.
    fn title(&self) -> String {
        let status = self.frame.status_message(self.shell).map(|text| format!("{text}: "));
        let status = status.or_else(|| self.has_errors.then(|| format!("{} ", self.shell.say("shell_error"))));
        let place = self.frame.place_name().filter(|name| *name != self.heading);
        let place = place.map(|name| format!(" · {name}")).unwrap_or_default();
        format!("{}{}{place}", status.unwrap_or_default(), self.heading)
    }
}

fn notice(shell: &Shell, class: &str, text: &Text, more: Option<&Html>) -> Html {
    let more = more.map(Html::paragraph).unwrap_or_default();
    Html::drawn(format!(
        "<div class=\"notice {class}\" tabindex=\"-1\" autofocus><p>{}</p>{more}</div>",
        Html::text(shell.tell(text))
    ))
}
