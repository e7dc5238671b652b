//! Wrong arguments, in short German sentences that name the option and what was meant.

use std::error::Error as _;

use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::meldung::naechster_name;

/// Returns what is wrong with the arguments of `befehle`, of which `genannt` was called.
pub(super) fn text(fehler: &Error, befehle: &Command, genannt: Option<&Command>) -> String {
    mit_hilfe(&satz(fehler, befehle, genannt), genannt)
}

/// Adds where the arguments are explained.
pub(super) fn mit_hilfe(satz: &str, genannt: Option<&Command>) -> String {
    let hilfe = "siehe strukturfonds --help";
    match genannt {
        Some(befehl) => {
            format!("{satz}\n{hilfe} und strukturfonds {} --help", befehl.get_name())
        }
        None => format!("{satz}\n{hilfe}"),
    }
}

fn satz(fehler: &Error, befehle: &Command, genannt: Option<&Command>) -> String {
    let angabe = kontext(fehler, ContextKind::InvalidArg);
    let wert = kontext(fehler, ContextKind::InvalidValue);
    match fehler.kind() {
        ErrorKind::InvalidSubcommand => {
            unbekannter_befehl(&kontext(fehler, ContextKind::InvalidSubcommand), befehle)
        }
        ErrorKind::UnknownArgument if angabe.starts_with('-') => {
            unbekannte_option(&angabe, befehle, genannt)
        }
        ErrorKind::UnknownArgument if genannt.is_none() => unbekannter_befehl(&angabe, befehle),
        ErrorKind::UnknownArgument => format!("die Angabe `{angabe}` ist zu viel"),
        ErrorKind::MissingRequiredArgument => format!("es fehlt {angabe}"),
        ErrorKind::InvalidValue if wert.is_empty() => format!("{angabe}: der Wert fehlt"),
        ErrorKind::InvalidValue => {
            let erlaubt = kontext(fehler, ContextKind::ValidValue);
            let gemeint = naechster_name(&wert, erlaubt.split(", "));
            let vorschlag = gemeint.map_or(String::new(), |g| format!("; gemeint ist wohl `{g}`"));
            format!("{angabe}: `{wert}` ist nicht erlaubt, bekannt sind {erlaubt}{vorschlag}")
        }
        ErrorKind::ValueValidation => {
            let grund = fehler.source().map_or(String::new(), |grund| format!("; {grund}"));
            format!("{angabe}: `{wert}` ist ungültig{grund}")
        }
        ErrorKind::ArgumentConflict if angabe == kontext(fehler, ContextKind::PriorArg) => {
            format!("{angabe} steht mehr als einmal")
        }
        ErrorKind::ArgumentConflict => {
            let andere = kontext(fehler, ContextKind::PriorArg);
            format!("{angabe} und {andere} schließen sich aus")
        }
        ErrorKind::TooManyValues => format!("{angabe} nimmt keinen Wert, gefunden `{wert}`"),
        ErrorKind::InvalidUtf8 => "eine Angabe ist kein gültiges UTF-8".to_owned(),
        _ => format!("der Aufruf ist ungültig {angabe}").trim_end().to_owned(),
    }
}

fn unbekannter_befehl(name: &str, befehle: &Command) -> String {
    let bekannte = || befehle.get_subcommands().map(Command::get_name);
    match naechster_name(name, bekannte()) {
        Some(gemeint) => format!("der Befehl `{name}` ist unbekannt; gemeint ist wohl `{gemeint}`"),
        None => format!(
            "der Befehl `{name}` ist unbekannt; bekannt sind {}",
            bekannte().collect::<Vec<_>>().join(", ")
        ),
    }
}

fn unbekannte_option(option: &str, befehle: &Command, genannt: Option<&Command>) -> String {
    let namen = |befehl: &Command| -> Vec<String> {
        befehl.get_opts().filter_map(|opt| opt.get_long()).map(|name| format!("--{name}")).collect()
    };
    let bekannte = namen(genannt.unwrap_or(befehle));
    if let Some(gemeint) = naechster_name(option, bekannte.iter().map(String::as_str)) {
        return format!("die Option `{option}` ist unbekannt; gemeint ist wohl `{gemeint}`");
    }
    let andere = befehle.get_subcommands().find(|befehl| namen(befehl).iter().any(|n| n == option));
    match (andere, genannt) {
        (Some(_), None) => format!("die Option `{option}` gehört hinter den Befehl"),
        (Some(befehl), Some(genannt)) => {
            let (hier, dort) = (genannt.get_name(), befehl.get_name());
            format!("die Option `{option}` gehört zu {dort}, nicht zu {hier}")
        }
        (None, _) => format!("die Option `{option}` ist unbekannt"),
    }
}

/// Returns what the library knows of an error; several values stand in a row. It writes an argument
/// that may be missing in brackets.
fn kontext(fehler: &Error, art: ContextKind) -> String {
    match fehler.get(art) {
        Some(ContextValue::String(text)) => text.trim_matches(['[', ']']).to_owned(),
        Some(ContextValue::Strings(texte)) => texte.join(", "),
        _ => String::new(),
    }
}
