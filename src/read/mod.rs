//! Reads inputs: files in, batches of cases and reference data out. Knows no euro but as a value.

pub mod auszug;
pub mod dienstplan;
pub mod eingaben;
pub mod einstellungen;
pub mod einwohner;
pub mod faelle;
pub mod kleintext;
pub mod kvdt;
pub mod roh;
pub mod schluessel;
pub mod stammdaten;
pub(crate) mod text;
pub mod umschlag;
pub(crate) mod xml;

use crate::fall::Stapel;
use crate::kennung::Bsnr;
use crate::meldung::{Meldungen, Stelle};

/// The input cannot be read further; the message that says why has been recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abbruch;

/// The cases of one practice in one delivery: a practice may be delivered only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// BSNR as delivered.
    pub bsnr: Bsnr,
    /// Cases read.
    pub faelle: u64,
    /// Where the practice begins.
    pub stelle: Stelle,
}

/// A source of cases, whatever its format. What it has to check of a case stands at [`Stapel`]. A run
/// chooses its readers itself, by the format of its files.
pub trait FallLeser {
    /// Reads the next cases into `stapel`, which is emptied first and keeps its memory; returns
    /// false at the end of the input. A bad value spoils the input but not the reading: it is
    /// recorded in `meldungen`, and reading goes on to find the others.
    ///
    /// # Errors
    /// [`Abbruch`] where the input cannot be read further.
    fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch>;

    /// Returns the practices met so far, in order.
    fn bloecke(&self) -> &[Block];

    /// Returns where each of `bloecke` can be read by itself; nothing if the input is compressed or not
    /// of such a form.
    fn abschnitte(&self) -> Vec<faelle::Abschnitt> {
        Vec::new()
    }

    /// Tells whether `bloecke` names every practice met so far; false if one has no readable BSNR.
    fn sagt_alle_praxen(&self) -> bool {
        true
    }

    /// Returns the control totals of what has been read, if the format carries none and the reader
    /// makes them.
    fn kontrollsummen(&self) -> Option<&kvdt::Kontrollsummen> {
        None
    }

    /// Returns size and hash of the input as stored; reads what is left of it.
    ///
    /// # Errors
    /// The rest cannot be read.
    fn beende(self: Box<Self>) -> std::io::Result<roh::Pruefsumme>;
}
