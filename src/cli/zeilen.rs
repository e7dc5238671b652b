//! Lines for a screen: numbers as German texts write them, and paragraphs within its width.

/// Columns of a screen.
pub(super) const BREITE: usize = 80;

/// Where the text beside a label begins.
pub(super) const SPALTE: usize = 13;

/// Returns a number with dots between the thousands.
pub(super) fn anzahl(zahl: u64) -> String {
    let ziffern = zahl.to_string();
    let mut text = String::new();
    for (i, ziffer) in ziffern.chars().enumerate() {
        if i != 0 && (ziffern.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(ziffer);
    }
    text
}

/// Adds `text` beside `name`, in as many lines as it needs; a longer word stands alone.
pub(super) fn absatz(blatt: &mut Vec<String>, name: &str, text: &str) {
    let mut zeile = format!("{name:SPALTE$}");
    let mut ist_leer = true;
    for wort in text.split(' ') {
        if !ist_leer && BREITE <= zeile.chars().count() + wort.chars().count() {
            blatt.push(std::mem::replace(&mut zeile, " ".repeat(SPALTE)));
        } else if !ist_leer {
            zeile.push(' ');
        }
        zeile.push_str(wort);
        ist_leer = false;
    }
    blatt.push(zeile);
}

/// Returns the first few of `namen`, and how many are left out.
pub(super) fn einige(namen: &[String], getrennt: &str) -> String {
    const HOECHSTENS: usize = 5;
    let gezeigt = &namen[..namen.len().min(HOECHSTENS)];
    let rest = namen.len() - gezeigt.len();
    let mehr = if rest == 0 { String::new() } else { format!(" und {rest} weitere") };
    gezeigt.join(getrennt) + &mehr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_are_readable() {
        for (zahl, text) in
            [(0, "0"), (999, "999"), (1000, "1.000"), (12_345, "12.345"), (1_000_000, "1.000.000")]
        {
            assert_eq!(anzahl(zahl), text);
        }
        let namen: Vec<String> = (1..=6).map(|i| format!("n{i}")).collect();
        assert_eq!(einige(&namen[..5], ", "), "n1, n2, n3, n4, n5");
        assert_eq!(einige(&namen, ", "), "n1, n2, n3, n4, n5 und 1 weitere");
    }

    #[test]
    fn paragraphs_break_at_blanks_within_the_screen() {
        let mut blatt = Vec::new();
        let (voll, lang) = ("x".repeat(BREITE - SPALTE), "y".repeat(BREITE));
        absatz(&mut blatt, "Name", &format!("{voll} zwei {lang} drei"));
        absatz(&mut blatt, "Name", "");
        assert_eq!(
            blatt,
            [
                format!("Name         {voll}"),
                "             zwei".to_owned(),
                format!("             {lang}"),
                "             drei".to_owned(),
                "Name         ".to_owned(),
            ]
        );
    }
}
