//! Forms: fields with their labels, hints and errors, and the hidden fields that make a form safe to send.

use std::borrow::Cow;

use askama::Template;
use xwms_core::random;
use xwms_core::text;

use super::html::Html;
use super::matrix::Matrix;
use super::values::Values;
use crate::layout::Shell;

/// How a field is known that takes a code which counts once; what was typed there is not written back.
const CODE: &str = "one-time-code";

/// A form that changes something.
#[derive(Template)]
#[template(path = "page/form.html")]
pub(crate) struct Form<'f> {
    shell: &'f Shell,
    values: &'f Values,
    action: String,
    once: Option<String>,
    hidden: Vec<(Cow<'static, str>, String)>,
    /// Its fields as they are drawn.
    fields: Vec<Html>,
    submit: String,
    is_multipart: bool,
    /// What the button is about, for those who only hear it.
    object: Option<String>,
    is_danger: bool,
    is_quiet: bool,
    is_instant: bool,
    cancel: Option<String>,
    /// What its passkey is asked for.
    passkey: Option<String>,
}

/// One field of a form.
#[derive(Clone, Debug, Template)]
#[template(path = "page/control.html")]
pub(crate) struct Control {
    name: Cow<'static, str>,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    /// What stands now, after somebody else was faster.
    now: Option<String>,
    optional: Option<String>,
    value: String,
    focus: bool,
    /// What could be typed.
    suggestions: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Line { input_type: &'static str, autocomplete: &'static str },
    Area,
    Check { checked: bool },
    Switch { on: bool, word: String },
    File { accept: &'static str },
    Checks(Vec<Choice>),
    Radios(Vec<Choice>),
    Select(Vec<Choice>),
    Matrix(Box<Matrix>),
}

/// One of several values.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    value: String,
    label: Html,
    hint: Option<Html>,
    /// Why it can't be chosen; it is shown all the same.
    fixed: Option<String>,
    chosen: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: Html) -> Self {
        Self { value: value.into(), label, hint: None, fixed: None, chosen: false }
    }

    #[must_use]
    pub(crate) fn hint(self, hint: Html) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// It can't be chosen, and says why.
    #[must_use]
    pub(crate) fn fixed(self, why: Option<String>) -> Self {
        Self { fixed: why, ..self }
    }
}

impl Control {
    fn new(name: impl Into<Cow<'static, str>>, label: String, kind: Kind) -> Self {
        Self {
            name: name.into(),
            label,
            hint: None,
            error: None,
            now: None,
            optional: None,
            value: String::new(),
            focus: false,
            suggestions: Vec::new(),
            kind,
        }
    }

    /// A line of text.
    pub(crate) fn line(name: impl Into<Cow<'static, str>>, label: String) -> Self {
        Self::new(name, label, Kind::Line { input_type: "text", autocomplete: "off" })
    }

    /// A line of another type, with its autofill token.
    pub(crate) fn input(
        name: impl Into<Cow<'static, str>>,
        label: String,
        input_type: &'static str,
        autocomplete: &'static str,
    ) -> Self {
        Self::new(name, label, Kind::Line { input_type, autocomplete })
    }

    /// A code of a second factor.
    pub(crate) fn code(shell: &Shell) -> Self {
        let code = Self::input("code", shell.say("field_code"), "text", CODE);
        code.hint(shell.say("field_code-hint"))
    }

    /// Several lines.
    pub(crate) fn area(name: impl Into<Cow<'static, str>>, label: String) -> Self {
        Self::new(name, label, Kind::Area)
    }

    /// A check box.
    pub(crate) fn check(name: impl Into<Cow<'static, str>>, label: String) -> Self {
        Self::new(name, label, Kind::Check { checked: false })
    }

    /// Something that is on or off, and says so in a word.
    pub(crate) fn switch(name: &'static str, label: String) -> Self {
        Self::new(name, label, Kind::Switch { on: false, word: String::new() })
    }

    /// A file, of these media types.
    pub(crate) fn file(name: &'static str, label: String, accept: &'static str) -> Self {
        Self::new(name, label, Kind::File { accept })
    }

    /// Any of several.
    pub(crate) fn checks(
        name: impl Into<Cow<'static, str>>,
        label: String,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Kind::Checks(choices.into_iter().collect()))
    }

    /// One of a few, all in view.
    pub(crate) fn radios(
        name: impl Into<Cow<'static, str>>,
        label: String,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Kind::Radios(choices.into_iter().collect()))
    }

    /// One of many.
    pub(crate) fn select(
        name: impl Into<Cow<'static, str>>,
        label: String,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Kind::Select(choices.into_iter().collect()))
    }

    /// Permissions, one box each.
    pub(crate) fn matrix(name: &'static str, label: String, matrix: Matrix) -> Self {
        Self::new(name, label, Kind::Matrix(Box::new(matrix)))
    }

    /// With a sentence below it.
    #[must_use]
    pub(crate) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// With what could be typed.
    #[must_use]
    pub(crate) fn suggestions(self, suggestions: Vec<String>) -> Self {
        Self { suggestions, ..self }
    }

    /// It may be left empty.
    #[must_use]
    pub(crate) fn optional(self, shell: &Shell) -> Self {
        Self { optional: Some(shell.say("field_optional")), ..self }
    }

    /// With what it holds.
    pub(super) fn filled(mut self, shell: &Shell, values: &Values) -> Self {
        self.error = values.error(&self.name).map(|error| match line_of(&error.field) {
            Some(line) => shell.tell(text!("field_line", line = line, text = error.text.clone())),
            None => shell.tell(&error.text),
        });
        let now = values.stands_now(&self.name);
        self.now = now.map(|now| shell.tell(text!("shell_now", now = now.as_str())));
        match &mut self.kind {
            Kind::Line { input_type: "password", .. } | Kind::Line { autocomplete: CODE, .. } | Kind::File { .. } => {}
            Kind::Line { .. } | Kind::Area => self.value = values.text(&self.name),
            Kind::Check { checked } => *checked = values.flag(&self.name),
            Kind::Switch { on, word } => {
                *on = values.flag(&self.name);
                *word = if *on { shell.say("state_on") } else { shell.say("state_off") };
            }
            Kind::Matrix(matrix) => matrix.choose(&values.chosen(&self.name)),
            Kind::Checks(choices) | Kind::Radios(choices) | Kind::Select(choices) => {
                let chosen = values.chosen(&self.name);
                for choice in choices {
                    choice.chosen = chosen.contains(&choice.value);
                }
            }
        }
        self
    }

    pub(super) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }

    /// Behind the label of what may be left empty.
    fn mark(&self) -> Html {
        self.optional.as_ref().map_or_else(Html::default, |word| Html::text(" ").and(&Html::soft(word)))
    }

    /// The attributes that tie what is said about it to the input.
    fn tied(&self) -> Html {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let invalid = if error.is_some() { " aria-invalid=\"true\"" } else { "" };
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        let described = if ids.is_empty() { String::new() } else { format!(" aria-describedby=\"{}\"", ids.join(" ")) };
        let focus = if self.focus { " autofocus" } else { "" };
        let list =
            if self.suggestions.is_empty() { String::new() } else { format!(" list=\"{}-suggestions\"", self.name) };
        Html::drawn(format!("{invalid}{described}{focus}{list}"))
    }

    /// The inputs of several values.
    fn several(&self, choices: &[Choice], input_type: &str) -> Html {
        choices.iter().enumerate().map(|(index, choice)| choice.draw(&self.name, input_type, index)).collect()
    }

    /// What is wrong with it, what stands now, and what it is for.
    fn said(&self) -> Html {
        let line = |class: &str, id: &str, text: &Option<String>| {
            let text = text.as_ref()?;
            let id = if id.is_empty() { String::new() } else { format!(" id=\"{}-{id}\"", self.name) };
            Some(Html::drawn(format!("<p class=\"{class}\"{id}>{}</p>", Html::text(text))))
        };
        let all = [line("error", "error", &self.error), line("now", "", &self.now), line("hint", "hint", &self.hint)];
        all.into_iter().flatten().collect::<Html>().and(&self.suggested())
    }

    /// What could be typed, for browsers that offer it.
    fn suggested(&self) -> Html {
        if self.suggestions.is_empty() {
            return Html::default();
        }
        let option = |value: &String| Html::drawn(format!("<option value=\"{}\"></option>", Html::text(value)));
        let options: Html = self.suggestions.iter().map(option).collect();
        Html::drawn(format!("<datalist id=\"{}-suggestions\">{options}</datalist>", self.name))
    }
}

/// The line that `server_ips[3]` stands for, counted from 1.
fn line_of(field: &str) -> Option<usize> {
    let index: usize = field.strip_suffix(']')?.rsplit_once('[')?.1.parse().ok()?;
    Some(index + 1)
}

impl Choice {
    /// As one line of several: the input, its label, and what it means.
    fn draw(&self, name: &str, input_type: &str, index: usize) -> Html {
        let hint = self.hint.as_ref().map(|hint| format!("<p class=\"hint\">{hint}</p>")).unwrap_or_default();
        if let Some(why) = &self.fixed {
            let why = Html::soft(why);
            return Html::drawn(format!("<div class=\"choice\"><span>{} {why}</span>{hint}</div>", self.label));
        }
        let checked = if self.chosen { " checked" } else { "" };
        let (id, value) = (format!("{name}-{index}"), Html::text(&self.value));
        Html::drawn(format!(
            "<div class=\"choice\"><input id=\"{id}\" name=\"{name}\" type=\"{input_type}\" value=\"{value}\"{checked}>\
             <label for=\"{id}\">{}</label>{hint}</div>",
            self.label
        ))
    }
}

impl<'f> Form<'f> {
    /// To this address of ours, with a button that says what it does.
    pub(crate) fn new(shell: &'f Shell, values: &'f Values, action: impl Into<String>, submit: String) -> Self {
        Self {
            shell,
            values,
            action: action.into(),
            once: None,
            hidden: Vec::new(),
            fields: Vec::new(),
            submit,
            is_multipart: false,
            object: None,
            is_danger: false,
            is_quiet: false,
            is_instant: false,
            cancel: None,
            passkey: None,
        }
    }

    /// It makes or sends something: once, however often it is sent.
    #[must_use]
    pub(crate) fn once(self) -> Self {
        let key = random::bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { once: Some(key), ..self }
    }

    /// It sends what a passkey answers to this as `credential`: it is hidden until the browser can ask one.
    #[must_use]
    pub(crate) fn passkey(self, asked: impl ToString) -> Self {
        Self { passkey: Some(asked.to_string()), ..self }.hidden("credential", "")
    }

    /// It sends a file.
    #[must_use]
    pub(crate) fn multipart(self) -> Self {
        Self { is_multipart: true, ..self }
    }

    /// What it does can't be undone.
    #[must_use]
    pub(crate) fn danger(self) -> Self {
        Self { is_danger: true, ..self }
    }

    /// It is not what people come here to do.
    #[must_use]
    pub(crate) fn quiet(self) -> Self {
        Self { is_quiet: true, ..self }
    }

    /// Its switches take effect at once, where scripts run.
    #[must_use]
    pub(crate) fn instant(self) -> Self {
        Self { is_instant: true, ..self }
    }

    /// Its button is one of several that say the same: this is what it is about.
    #[must_use]
    pub(crate) fn about(self, object: impl Into<String>) -> Self {
        Self { object: Some(object.into()), ..self }
    }

    /// With a field for the password, when it was asked for.
    #[must_use]
    pub(crate) fn password_if_asked(self) -> Self {
        if self.values.error("password").is_none() && self.values.text("password").is_empty() {
            return self;
        }
        let label = self.shell.say("field_password");
        self.field(Control::input("password", label, "password", "current-password"))
    }

    /// With fields for the password and a code of a second factor, when they were asked for.
    #[must_use]
    pub(crate) fn proof_if_asked(self) -> Self {
        let form = self.password_if_asked();
        if form.values.error("code").is_none() && form.values.text("code").is_empty() {
            return form;
        }
        let control = Control::code(form.shell);
        form.field(control)
    }

    /// With a way back.
    #[must_use]
    pub(crate) fn cancel(self, href: impl Into<String>) -> Self {
        Self { cancel: Some(href.into()), ..self }
    }

    /// With a hidden field.
    #[must_use]
    pub(crate) fn hidden(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// With this field.
    #[must_use]
    pub(crate) fn field(mut self, control: Control) -> Self {
        let control = control.filled(self.shell, self.values);
        // The first field that is wrong has the cursor, when nothing else is said above.
        let focus = control.error.is_some() && self.values.errors().len() == 1;
        self.fields.push(Control { focus, ..control }.html());
        self
    }

    /// With fields that few people need, folded.
    #[must_use]
    pub(crate) fn folded(mut self, summary: &str, controls: impl IntoIterator<Item = Control>) -> Self {
        let controls = controls.into_iter().map(|control| control.filled(self.shell, self.values).html());
        self.fields.push(Html::folded(summary, &controls.collect()));
        self
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}
