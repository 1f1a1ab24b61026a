//! Message files and the code that uses them say the same, in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use super::{Arg, Language, Text, bundles};

/// The arguments of each message, by its id.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// The messages of a language. A message that stands twice, a term or an attribute is refused: ids are looked for by name.
fn messages(language: Language) -> Messages {
    let mut all = Messages::new();
    for (file, name) in bundles::files(language).iter().zip(bundles::NAMES) {
        if let Err((_, errors)) = FluentResource::try_new((*file).to_owned()) {
            panic!("{}/{name}.ftl: {errors:?}", language.tag());
        }
        let mut id = String::new();
        for line in file.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if !line.starts_with([' ', '}', '[', '*']) {
                let (new, _) = line.split_once('=').unwrap_or_else(|| panic!("{name}: {line}"));
                new.trim().clone_into(&mut id);
                assert!(all.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice in {}", language.tag());
            }
            let args = line.match_indices("$").map(|(at, _)| {
                line[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
            });
            all.get_mut(&id).unwrap().extend(args.filter(|arg| !arg.is_empty()));
        }
    }
    all
}

/// The sources in which messages are used.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
                let text = std::fs::read_to_string(&path).unwrap();
                // The comments that explain the macro are no uses of it.
                let code: String =
                    text.lines().filter(|l| !l.trim_start().starts_with("//")).fold(String::new(), |mut code, line| {
                        code.push_str(line);
                        code.push('\n');
                        code
                    });
                found.push((path, code));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for folder in ["core/src", "admin-api/src", "auth-server/src", "dashboard/src", "dashboard/templates", "src"] {
        walk(&root.join(folder), &mut found);
    }
    found.retain(|(path, _)| !path.ends_with("text/tests.rs"));
    found
}

/// Every use of a message in the sources: the id and the names of the arguments. `text!` gives arguments; a page that
/// needs none says `.say("id")`.
fn uses() -> Vec<(PathBuf, String, BTreeSet<String>)> {
    let mut all = Vec::new();
    for (path, code) in sources() {
        for (at, _) in code.match_indices("text!(") {
            let inside = balanced(&code[at + "text!(".len()..]);
            let mut parts = split(inside).into_iter();
            let id = parts.next().unwrap_or_default();
            let Some(id) = id.strip_prefix('"').and_then(|id| id.strip_suffix('"')) else { continue };
            let names = parts.filter_map(|part| Some(part.split_once('=')?.0.trim().to_owned()));
            all.push((path.clone(), id.to_owned(), names.collect()));
        }
        for (at, start) in code.match_indices(".say(\"") {
            let id = code[at + start.len()..].split('"').next().unwrap_or_default();
            all.push((path.clone(), id.to_owned(), BTreeSet::new()));
        }
    }
    all
}

/// What stands before the parenthesis that closes an opened one.
fn balanced(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// The parts between the commas that stand in no parentheses and no quotes.
fn split(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut parts) = (0, false, vec![String::new()]);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(letter);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[test]
fn each_language_has_the_same_messages_with_the_same_arguments() {
    let english = messages(Language::English);
    for language in [Language::Dutch, Language::German] {
        let other = messages(language);
        for (id, args) in &english {
            assert_eq!(other.get(id), Some(args), "{id} in {}", language.tag());
        }
        let unknown: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(unknown.is_empty(), "{} has messages that English lacks: {unknown:?}", language.tag());
    }
}

/// Markup in a message is the page's: the same tags in every language, and no others than these.
#[test]
fn each_language_has_the_same_markup() {
    const TAGS: [&str; 7] = ["<bdi>", "</bdi>", "<strong>", "</strong>", "<b>", "</b>", "</time>"];
    let tags = |language| -> BTreeMap<String, Vec<String>> {
        let files = bundles::files(language).iter().zip(bundles::NAMES).filter(|(_, name)| **name == "pages");
        let lines = files.flat_map(|(file, _)| file.lines()).filter_map(|line| line.split_once(" = "));
        lines
            .map(|(id, text)| {
                let mut tags: Vec<String> =
                    text.split('<').skip(1).map(|tag| format!("<{}>", tag.split('>').next().unwrap())).collect();
                let known = |tag: &String| TAGS.contains(&tag.as_str()) || tag.starts_with("<time datetime=\"{ $");
                assert!(tags.iter().all(known), "{id}: {tags:?}");
                tags.sort();
                (id.to_owned(), tags)
            })
            .collect()
    };
    for language in Language::ALL {
        assert_eq!(tags(language), tags(Language::English), "{}", language.tag());
    }
}

#[test]
fn what_an_argument_says_is_no_markup() {
    let text = Text::new("plain").with("text", "<b>&\"'</b>");
    assert_eq!(text.say_as_html(Language::Dutch), "&#60;b&#62;&#38;&#34;&#39;&#60;/b&#62;");
}

#[test]
fn each_use_has_its_message_and_gives_what_it_says() {
    let messages = messages(Language::English);
    let mut wrong = Vec::new();
    for (path, id, given) in uses() {
        match messages.get(&id) {
            None => wrong.push(format!("{}: there is no message {id}", path.display())),
            Some(args) if *args != given => {
                wrong.push(format!("{}: {id} takes {args:?} and is given {given:?}", path.display()));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_message_is_used() {
    let sources = sources();
    let unused: Vec<String> = messages(Language::English)
        .into_keys()
        .filter(|id| !sources.iter().any(|(_, code)| code.contains(&format!("\"{id}\""))))
        .collect();
    assert!(unused.is_empty(), "no source uses these messages: {}", unused.join(", "));
}

#[test]
fn a_name_that_reads_as_a_link_gives_way_in_a_mail() {
    let named = |name: &str| Arg::Name { name: name.to_owned(), instead: "engines.example".to_owned() };
    for (name, in_mail) in [
        ("https://evil.example", "engines.example"),
        ("Win at evil.example/x", "engines.example"),
        ("WWW.evil.example", "engines.example"),
        ("Analytical Engines", "Analytical Engines"),
        ("engines.example", "engines.example"),
    ] {
        let text = Text::new("plain").with("text", named(name));
        assert_eq!(text.say(Language::Dutch), name);
        assert_eq!(text.say_in_mail(Language::Dutch), in_mail);
    }
}

#[test]
fn a_stored_text_is_read_as_it_was() {
    let text = Text::new("plain").with("text", "Ada").with("count", 3);
    let stored = serde_json::to_string(&text).unwrap();
    assert_eq!(serde_json::from_str::<Text>(&stored).unwrap(), text);
}
