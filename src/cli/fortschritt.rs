//! Progress of long work on a terminal.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::zeilen::anzahl;
use crate::lauf::Auftrag;
use crate::read::roh::Zaehler;

/// How often the bar is drawn.
const TAKT: Duration = Duration::from_millis(100);

/// Ticks that pass before it is drawn at all: short work needs none.
const TAKTE_OHNE: u32 = 5;

/// A bar that is drawn while the value lives.
#[derive(Debug)]
pub(super) struct Fortschritt {
    /// Dropping the sender stops the thread.
    ende: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fortschritt {
    /// Begins to show how much of the inputs of `auftrag` has been read, if there is a terminal.
    pub(super) fn von(auftrag: &Auftrag, terminal: bool) -> Self {
        if !terminal {
            return Self { ende: None, thread: None };
        }
        let gesamt = auftrag.eingaben.alle().iter().map(|eingabe| eingabe.bytes).sum();
        let zaehler = Zaehler::clone(&auftrag.zaehler);
        let (ende, takt) = mpsc::channel::<()>();
        let zeichne = move || {
            let balken = ProgressBar::with_draw_target(Some(gesamt), ProgressDrawTarget::hidden());
            if let Ok(stil) = ProgressStyle::with_template("{msg} {wide_bar}") {
                balken.set_style(stil);
            }
            let mut takte = 0_u32;
            while takt.recv_timeout(TAKT) == Err(RecvTimeoutError::Timeout) {
                takte = takte.saturating_add(1);
                if takte == TAKTE_OHNE {
                    balken.set_draw_target(ProgressDrawTarget::stderr());
                }
                // Envelopes are read twice.
                let gelesen = zaehler.load(Ordering::Relaxed).min(gesamt);
                balken.set_message(text(gelesen, gesamt));
                balken.set_position(gelesen);
            }
            balken.finish_and_clear();
        };
        // Without a thread there is no bar, and nothing else is missing.
        let thread = thread::Builder::new().spawn(zeichne).ok();
        Self { ende: Some(ende), thread }
    }
}

impl Drop for Fortschritt {
    fn drop(&mut self) {
        drop(self.ende.take());
        if let Some(thread) = self.thread.take() {
            // It draws, and nothing else: there is no result to lose.
            let _ = thread.join();
        }
    }
}

fn text(gelesen: u64, gesamt: u64) -> String {
    if gesamt <= gelesen {
        return "Eingaben gelesen; entscheide und schreibe".to_owned();
    }
    let (einheit, name) = if gesamt < 10_000_000 { (1_000, "kB") } else { (1_000_000, "MB") };
    format!("lese {} von {} {name}", anzahl(gelesen / einheit), anzahl(gesamt / einheit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::eingaben::Eingaben;

    #[test]
    fn the_thread_ends_with_the_value_and_is_there_only_for_a_terminal() {
        let auftrag = Auftrag {
            eingaben: Eingaben::aus(None, &[]),
            threads: None,
            ohne_vorlauf: false,
            ohne_fehlerhafte_dateien: false,
            lauf: 1,
            zaehler: Zaehler::default(),
        };
        for terminal in [false, true] {
            let fortschritt = Fortschritt::von(&auftrag, terminal);
            assert_eq!(fortschritt.thread.is_some(), terminal);
            assert_eq!(Zaehler::strong_count(&auftrag.zaehler), 1 + usize::from(terminal));
            drop(fortschritt);
            assert_eq!(Zaehler::strong_count(&auftrag.zaehler), 1);
        }
    }

    #[test]
    fn the_text_tells_how_much_is_read_of_how_much() {
        for (gelesen, gesamt, erwartet) in [
            (0, 9_999_999, "lese 0 von 9.999 kB"),
            (1_500, 9_999_999, "lese 1 von 9.999 kB"),
            (1_500, 10_000_000, "lese 0 von 10 MB"),
            (2_000_000_000, 3_000_000_000, "lese 2.000 von 3.000 MB"),
            (3_000_000_000, 3_000_000_000, "Eingaben gelesen; entscheide und schreibe"),
        ] {
            assert_eq!(text(gelesen, gesamt), erwartet);
        }
    }
}
