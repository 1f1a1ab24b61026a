//! One field of a form: its label, its input, what is wrong with it.

use askama::Template;
use askama::filters::HtmlSafe;
use xwms_core::error::FieldError;
use xwms_core::text;
use xwms_core::text::Text;

use crate::layout::Shell;

/// The id of what is said about a form as a whole.
const FORM_ERROR: &str = "form-error";

/// A labelled input. What is wrong with it is tied to it by `aria-describedby`.
#[derive(Template)]
#[template(path = "field.html")]
pub struct Field<'a> {
    shell: &'a Shell,
    name: &'static str,
    label: Text,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
    hint: Option<Text>,
    error: Option<&'a Text>,
    /// The form was refused as a whole, and does not say for which field.
    refused: bool,
    optional: bool,
    read_only: bool,
    focus: bool,
    /// Neither a name nor prose: nothing for a spelling checker.
    plain_text: bool,
}

/// Its template escapes what it is given.
impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    /// A line of text.
    pub fn text(shell: &'a Shell, name: &'static str, label: Text, autocomplete: &'static str, value: &'a str) -> Self {
        Self {
            shell,
            name,
            label,
            kind: "text",
            autocomplete,
            value,
            hint: None,
            error: None,
            refused: false,
            optional: false,
            read_only: false,
            focus: false,
            plain_text: false,
        }
    }

    /// The email address that an account is known by.
    pub fn email(shell: &'a Shell, value: &'a str) -> Self {
        let text = Self::text(shell, "email", text!("field_email"), "username", value);
        Self { kind: "email", plain_text: true, ..text }
    }

    /// The password of an account.
    pub fn current_password(shell: &'a Shell) -> Self {
        let text = Self::text(shell, "password", text!("field_password"), "current-password", "");
        Self { kind: "password", plain_text: true, ..text }
    }

    /// A code that counts once.
    pub fn code(shell: &'a Shell) -> Self {
        let text = Self::text(shell, "code", text!("field_code"), "one-time-code", "");
        Self { plain_text: true, ..text }
    }

    /// A password to be.
    pub fn new_password(shell: &'a Shell, label: Text) -> Self {
        let text = Self::text(shell, "password", label, "new-password", "");
        let hint = Some(text!("field_new_password-hint"));
        Self { kind: "password", plain_text: true, hint, ..text }
    }

    /// The browser may offer a passkey in its place.
    pub fn or_passkey(self) -> Self {
        Self { autocomplete: "username webauthn", ..self }
    }

    /// It may be left empty.
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// It is shown and can't be changed.
    pub fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    /// The cursor starts here, when `yes`.
    pub fn focus_if(self, yes: bool) -> Self {
        Self { focus: yes, ..self }
    }

    /// It is one of the fields of a form that was refused as a whole, when `yes`.
    pub fn refused_if(self, yes: bool) -> Self {
        Self { refused: yes, ..self }
    }

    /// With what is said about it among `errors`.
    pub fn with_errors(self, errors: &'a [FieldError]) -> Self {
        let error = errors.iter().find(|error| error.field == self.name);
        Self { error: error.map(|error| &error.text), ..self }
    }

    /// Whether something is wrong with it.
    pub fn is_wrong(&self) -> bool {
        self.error.is_some()
    }

    /// The ids of what is said about it.
    fn described_by(&self) -> Option<String> {
        let form = self.refused.then(|| FORM_ERROR.to_owned());
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let ids: Vec<String> = form.into_iter().chain(error).chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Puts the cursor into the first field that is wrong, else into the first that is empty.
pub fn focus_first<'a, const N: usize>(fields: [Field<'a>; N]) -> [Field<'a>; N] {
    let wrong = fields.iter().position(Field::is_wrong);
    let start = wrong.or_else(|| fields.iter().position(|field| field.value.is_empty() && !field.read_only));
    let mut index = 0;
    fields.map(|field| {
        let focus = start == Some(index);
        index += 1;
        field.focus_if(focus)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use xwms_core::text::Language;

    use crate::csrf::Csrf;

    static SHELL: Shell = Shell::new(Language::English, Csrf::none());

    fn errors() -> Vec<FieldError> {
        vec![Text::new("plain").with("text", "give <an> address").at("email")]
    }

    #[test]
    fn an_error_is_tied_to_its_field() {
        let errors = errors();
        let html = Field::email(&SHELL, "ada").with_errors(&errors).to_string();
        for part in [
            r#"<label for="email">"#,
            r#"id="email" name="email" type="email" autocomplete="username" value="ada" required"#,
            r#"aria-invalid="true""#,
            r#"aria-describedby="email-error""#,
            r#"<p class="error" id="email-error" role="alert">"#,
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert!(!html.contains("<an>"));
    }

    #[test]
    fn a_password_is_never_written_back() {
        for field in [Field::current_password(&SHELL), Field::new_password(&SHELL, text!("field_new_password"))] {
            assert!(!field.to_string().contains("value="));
        }
    }

    #[test]
    fn the_cursor_starts_where_something_is_to_be_done() {
        let errors = errors();
        let rows: [([Field<'_>; 2], [bool; 2]); _] = [
            ([Field::email(&SHELL, ""), Field::current_password(&SHELL)], [true, false]),
            ([Field::email(&SHELL, "ada@example.test"), Field::current_password(&SHELL)], [false, true]),
            ([Field::email(&SHELL, "").read_only(), Field::current_password(&SHELL)], [false, true]),
            (
                [
                    Field::new_password(&SHELL, text!("field_password")),
                    Field::email(&SHELL, "ada").with_errors(&errors),
                ],
                [false, true],
            ),
        ];
        for (fields, focus) in rows {
            assert_eq!(focus_first(fields).map(|field| field.focus), focus);
        }
    }
}
