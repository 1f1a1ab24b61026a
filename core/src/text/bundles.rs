//! The message files, read once for each language.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::{Language, Medium, Text};

/// The files of a language; each has the same names in all of them.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The names of the files, the same in every language.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$($name),+];

        /// The files of a language.
        pub(super) const fn files(language: Language) -> &'static [&'static str] {
            match language {
                Language::English => &[$(include_str!(concat!("en/", $name, ".ftl"))),+],
                Language::Dutch => &[$(include_str!(concat!("nl/", $name, ".ftl"))),+],
                Language::German => &[$(include_str!(concat!("de/", $name, ".ftl"))),+],
            }
        }
    };
}

files!(
    "errors",
    "values",
    "denials",
    "clients",
    "organisation",
    "staff",
    "provision",
    "notices",
    "mails",
    "pages",
    "frame",
    "account_pages",
    "sign_in",
    "partner",
    "partner_domains",
    "partner_team",
    "partner_usage",
    "partner_webhooks",
    "staff_pages",
);

type Bundle = FluentBundle<FluentResource>;

/// The sentence of a text. A message that is missing shows as its id: a test sees to it that none is.
pub(super) fn format(text: &Text, language: Language, medium: Medium) -> String {
    let bundle = bundle(language);
    let Some(pattern) = bundle.get_message(text.id()).and_then(|message| message.value()) else {
        tracing::error!(id = text.id(), "there is no such message");
        return text.id().to_owned();
    };
    let args: FluentArgs<'_> =
        text.args.iter().map(|(name, value)| (name.as_ref(), value.in_language(language, medium))).collect();
    let mut errors = Vec::new();
    let sentence = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(id = text.id(), "a message lacks arguments");
    }
    sentence
}

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: [OnceLock<Bundle>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
    let [english, dutch, german] = &BUNDLES;
    let place = match language {
        Language::English => english,
        Language::Dutch => dutch,
        Language::German => german,
    };
    place.get_or_init(|| read(language))
}

fn read(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Marks around arguments would end up in mails, JSON and file names; pages isolate names by `<bdi>`.
    bundle.set_use_isolating(false);
    for file in files(language) {
        // What can be read of a file is used; a test reads them all without an error.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}
